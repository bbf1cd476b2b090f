/** What can go wrong on AMQP 1.0, as sentences for the user. */
import { t } from "@vscode/l10n";
import { BrokerError, type BrokerErrorKind } from "../../broker/errors.ts";
import { tlsFailure } from "../shared/tlsFailures.ts";

/** What is known about where a connection was to be made. */
export interface Place {
  /** "localhost:5672" */
  readonly address: string;
  readonly user: string;
  readonly secure: boolean;
  /** Milliseconds after which connecting is given up. */
  readonly timeout: number;
}

/** An error as the peer puts it on the wire. */
export interface PeerError {
  readonly condition: string;
  readonly description: string;
}

/** Reads what rhea gives as an error of a link, a session or a connection. */
export function peerError(error: unknown): PeerError | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const condition = "condition" in error && typeof error.condition === "string" ? error.condition : "";
  const description = "description" in error && typeof error.description === "string" ? error.description : "";
  return condition === "" && description === "" ? undefined : { condition, description: withoutCode(description) };
}

/** Why a link could not be attached, or was detached by the broker. */
export function linkFailure(error: PeerError | undefined, name: string): BrokerError {
  if (!error) {
    return new BrokerError(
      "missing",
      t("The broker has ended this: “{name}” was deleted or is not available any more.", { name }),
    );
  }
  const { condition, description: reason } = error;
  switch (condition) {
    case "amqp:not-found":
    case "amqp:resource-deleted":
    case "amqp:link:detach-forced":
      return new BrokerError(
        "missing",
        t("There is no “{name}”, or it was deleted meanwhile ({reason}).", { name, reason: reason || condition }),
        { cause: error },
      );
    case "amqp:unauthorized-access":
      return new BrokerError(
        "denied",
        t("The broker does not permit this for “{name}” ({reason}).", { name, reason }),
        {
          cause: error,
        },
      );
    case "amqp:not-implemented":
    case "amqp:not-allowed":
      return new BrokerError(
        "unsupported",
        t("The broker cannot do that with “{name}” ({reason}).", { name, reason }),
        {
          cause: error,
        },
      );
    default:
      return new BrokerError(
        /deleted|destroyed|removed/i.test(reason) ? "missing" : "invalid",
        t("The broker ended the link to “{name}” ({reason}).", { name, reason: reason || condition }),
        { cause: error },
      );
  }
}

/** Why an open connection ended. */
export function translateClose(error: unknown, { address }: Pick<Place, "address">): BrokerError {
  const peer = peerError(error);
  const sentence =
    peer?.condition === "amqp:resource-limit-exceeded" && /idle/.test(peer.description)
      ? t("{address} has stopped answering. Is the network there, and the broker not overloaded?", { address })
      : peer
        ? t("The broker at {address} closed the connection ({reason}).", {
            address,
            reason: peer.description || peer.condition,
          })
        : t("The connection to {address} was cut. Is the broker still running?", { address });
  return new BrokerError("closed", sentence, { cause: error });
}

/** Why a connection could not be made. */
export function translateConnect(error: unknown, place: Place): BrokerError {
  if (error instanceof BrokerError) return error;
  const { address, user } = place;
  const fail = (kind: BrokerErrorKind, sentence: string): BrokerError =>
    new BrokerError(kind, sentence, { cause: error });
  const text = error instanceof Error ? error.message : String(error);
  if (/No suitable mechanism/.test(text)) {
    const offered = /supports (.*)$/.exec(text)?.[1] ?? "?";
    return fail(
      "refused",
      t("{address} does not offer this way of logging in; it offers {offered}.", { address, offered }),
    );
  }
  const peer = peerError(error);
  if (peer && (peer.condition === "amqp:unauthorized-access" || /authenticat|user name|password/i.test(text))) {
    return fail(
      "refused",
      t("{address} refused the login of “{user}”. Check the user name and the password.", { address, user }),
    );
  }
  const code = codeOf(error);
  const system = systemSentence(code, place);
  if (system !== undefined) return fail("unreachable", system);
  const tls = tlsFailure(error, address);
  if (tls) return tls;
  if (isGarbage(error)) {
    return fail(
      "unreachable",
      t("What answers at {address} does not speak AMQP 1.0. Is this the right port?", { address }),
    );
  }
  if (peer) {
    return fail(
      "refused",
      t("{address} did not let us in ({reason}).", { address, reason: peer.description || peer.condition }),
    );
  }
  return fail(
    "unreachable",
    place.secure
      ? t(
          "{address} closed the connection before the login. Is this the AMQP port, and does it want a client certificate?",
          { address },
        )
      : t("{address} closed the connection before the login. Is this the AMQP port, and does it want TLS?", {
          address,
        }),
  );
}

/** What kind of server was found instead of an AMQP 1.0 broker. */
export type Foreign = "http" | "tls" | "amqp091" | "openwire" | "amqp";

export function wrongServer(found: Foreign, { address }: Place, cause: unknown): BrokerError {
  const sentence = {
    http: t("{address} is an HTTP port, perhaps that of the web console. The AMQP port is usually 5672.", { address }),
    tls: t("{address} wants TLS: put +ssl after activemq or artemis in the URI.", { address }),
    amqp091: t(
      "{address} speaks AMQP 0-9-1, as RabbitMQ does, and not AMQP 1.0. Use amqp:// instead of activemq:// or artemis://.",
      { address },
    ),
    openwire: t("{address} speaks OpenWire, ActiveMQ's own protocol. The AMQP port is usually 5672.", { address }),
    amqp: t("{address} speaks AMQP without TLS: leave +ssl out of the URI, or use the TLS port, usually 5671.", {
      address,
    }),
  } satisfies Record<Foreign, string>;
  return new BrokerError("unreachable", sentence[found], { cause });
}

/** Whether something other than an AMQP 1.0 broker may have answered. */
export function isForeignAnswer(error: unknown): boolean {
  const code = codeOf(error);
  return isGarbage(error) || error === undefined || /^(EPROTO|ECONNRESET|EPIPE|ERR_SSL_.*)$/.test(code);
}

function isGarbage(error: unknown): boolean {
  if (error instanceof Error && error.name === "ProtocolError") return true;
  const text = error instanceof Error ? error.message : "";
  return /Invalid (protocol|AMQP|frame|type)|Expecting SASL|SASL layer|out of range|Unrecognised/i.test(text);
}

/** "queue X does not exist [condition = amqp:not-found]" → "queue X does not exist" */
function withoutCode(text: string): string {
  return text
    .replace(/\s*\[condition = [^\]]*\]\s*$/, "")
    .replace(/^AMQ\d+: /, "")
    .replace(/[.\s]+$/, "");
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error instanceof AggregateError && error.errors.length > 0 && !("code" in error)) return codeOf(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

function systemSentence(code: string, { address, timeout }: Place): string | undefined {
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
    case "EAI_NONAME":
      return t("No machine is known by the name in {address}. Check the spelling, the network and the VPN.", {
        address,
      });
    case "ECONNREFUSED":
      return t("Cannot reach {address} (connection refused). Is the broker running, and is this its port?", {
        address,
      });
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
      return t("Cannot reach {address} (no way to that machine). Check the network and the VPN.", { address });
    case "ETIMEDOUT":
      return t(
        "{address} did not answer within {seconds} s. Check the host, the port and what stands in between (firewall, VPN).",
        { address, seconds: Math.ceil(timeout / 1000) },
      );
    default:
      return undefined;
  }
}
