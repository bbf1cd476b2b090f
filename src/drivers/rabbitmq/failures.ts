/** amqplib's errors as sentences for the user. */
import { t } from "@vscode/l10n";
import { IllegalOperationError } from "amqplib";
import { BrokerError, type BrokerErrorKind } from "../../broker/errors.ts";
import { tlsFailure } from "../shared/tlsFailures.ts";

/** What is known about where a connection was to be made. */
export interface Place {
  /** "localhost:5672" */
  readonly address: string;
  readonly user: string;
  /** Whether the client certificate says who `user` is. */
  readonly byCertificate: boolean;
  readonly vhost: string;
  readonly secure: boolean;
  /** Milliseconds after which connecting is given up. */
  readonly timeout: number;
}

/** Translates what went wrong on a channel. A BrokerError stays as it is. */
export function translate(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  const code = codeOf(error);
  const reason = brokerText(error);
  if (typeof code === "number")
    return new BrokerError(isTakenBack(reason) ? "expired" : kindOf(code), channelSentence(code, reason), {
      cause: error,
    });
  if (
    error instanceof IllegalOperationError ||
    /channel (ended|closed|closing)|connection clos/i.test(messageOf(error))
  ) {
    return new BrokerError("closed", t("The connection to the broker is closed. Connect again."), { cause: error });
  }
  if (error instanceof RangeError || error instanceof TypeError) {
    return new BrokerError("invalid", t("The message or its headers cannot be encoded ({reason}).", { reason }), {
      cause: error,
    });
  }
  return new BrokerError("closed", t("The broker did not do it ({reason}).", { reason }), { cause: error });
}

/** Why an open connection ended. */
export function translateClose(error: unknown, { address }: Pick<Place, "address">): BrokerError {
  const closed = (sentence: string): BrokerError => new BrokerError("closed", sentence, { cause: error });
  const reason = brokerText(error);
  const code = codeOf(error);
  if (code === 320) {
    return /shutdown/i.test(reason)
      ? closed(t("The broker at {address} is shutting down.", { address }))
      : closed(t("The connection was closed on the broker's side ({reason}).", { reason }));
  }
  if (code === 541) {
    return closed(
      t(
        "The broker at {address} failed on what it was sent and closed the connection ({reason}). RabbitMQ 3 does so when a header of type decimal reaches a stream.",
        { address, reason },
      ),
    );
  }
  if (typeof code === "number") {
    return closed(t("The broker at {address} closed the connection ({reason}).", { address, reason }));
  }
  const text = messageOf(error);
  if (/heartbeat/i.test(text)) {
    return closed(
      t("{address} has stopped answering (heartbeat lost). Is the network there, and the broker not overloaded?", {
        address,
      }),
    );
  }
  if (isGarbage(text)) {
    return closed(t("{address} sent something that is not AMQP. Is there a proxy in between?", { address }));
  }
  return closed(t("The connection to {address} was cut. Is the broker still running?", { address }));
}

/** Why a connection could not be made. `refusal` = what the broker said, where amqplib lost it. */
export function translateConnect(
  error: unknown,
  place: Place,
  refusal?: { readonly code: number; readonly text: string },
): BrokerError {
  if (error instanceof BrokerError) return error;
  const { address, user, vhost } = place;
  const fail = (kind: BrokerErrorKind, sentence: string): BrokerError =>
    new BrokerError(kind, sentence, { cause: error });
  // That of a broker that is starting or recovering: the next attempt may find it up.
  if (refusal && /vhost .* is down/i.test(refusal.text))
    return fail(
      "unreachable",
      t(
        "The virtual host “{vhost}” at {address} is down. Is the broker starting, or did it fail to load its messages?",
        {
          vhost,
          address,
        },
      ),
    );
  if (refusal) return fail("refused", vhostSentence(refusal.text, place));
  const text = messageOf(error);
  if (/\b403 \(|ACCESS.REFUSED/.test(text) && place.byCertificate) {
    return fail(
      "refused",
      t(
        "{address} refused the login by certificate of “{user}”. Is there a user for this certificate, and is it not the password that is wanted?",
        { address, user },
      ),
    );
  }
  if (/\b403 \(|ACCESS.REFUSED/.test(text)) {
    return /guest/.test(user) && /loopback|localhost/i.test(text)
      ? fail("refused", t("{address} lets “{user}” in only from its own machine. Use another user.", { address, user }))
      : fail(
          "refused",
          user === "guest"
            ? t(
                "{address} refused the login of “{user}”. Check the password; this user may usually log in only from the broker's own machine.",
                { address, user },
              )
            : t("{address} refused the login of “{user}”. Check the user name and the password.", { address, user }),
        );
  }
  if (/SASL mechanism/.test(text)) {
    return fail("refused", t("{address} does not offer this way of logging in ({reason}).", { address, reason: text }));
  }
  const code = codeOf(error);
  const system = typeof code === "string" ? systemSentence(code, place) : undefined;
  if (system) return fail("unreachable", system);
  const tls = tlsFailure(error, address);
  if (tls) return tls;
  if (/Expected ConnectionOpenOk/.test(text)) {
    return fail(
      "refused",
      t("{address} did not open the virtual host “{vhost}” for “{user}”.", { address, vhost, user }),
    );
  }
  if (/closed abruptly|ECONNRESET/.test(text)) {
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
  if (isGarbage(text))
    return fail(
      "unreachable",
      t("What answers at {address} does not speak AMQP. Is this the right port?", { address }),
    );
  return fail("unreachable", t("Cannot connect to {address} ({reason}).", { address, reason: text }));
}

/** What an HTTP server, a TLS server … at the AMQP port means. */
export function wrongServer(found: "http" | "tls" | "amqp", { address }: Place, cause: unknown): BrokerError {
  const sentence = {
    http: t("{address} is an HTTP port, perhaps that of the management API. The AMQP port is usually 5672.", {
      address,
    }),
    tls: t("{address} wants TLS: use amqps:// instead of amqp://.", { address }),
    amqp: t("{address} speaks AMQP without TLS: use amqp:// instead of amqps://, or the TLS port, usually 5671.", {
      address,
    }),
  };
  return new BrokerError("unreachable", sentence[found], { cause });
}

/** Whether amqplib lost the reason, so that asking again tells more. */
export function isVhostRefusal(error: unknown): boolean {
  return /Expected ConnectionOpenOk/.test(messageOf(error));
}

/** Whether something other than an AMQP broker may have answered. */
export function isForeignAnswer(error: unknown): boolean {
  const text = messageOf(error);
  const code = codeOf(error);
  return (
    /closed abruptly/.test(text) ||
    isGarbage(text) ||
    code === "EPROTO" ||
    code === "ECONNRESET" ||
    /^ERR_SSL_/.test(String(code))
  );
}

/** An alarm of the broker, by the reason that it gives. */
export function alarmSentence(reason: string): string {
  if (/memory/.test(reason) && !/disk/.test(reason)) {
    return t("The broker is low on memory: it takes no messages until there is enough again.");
  }
  if (/disk/.test(reason) && !/memory/.test(reason)) {
    return t("The broker is low on disk space: it takes no messages until there is enough again.");
  }
  return t("An alarm of the broker blocks publishing ({reason}): it takes no messages until that is over.", { reason });
}

/** The reply code of AMQP (a number) or the code of the system (a text). */
export function codeOf(error: unknown): number | string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "number" || typeof error.code === "string" ? error.code : undefined;
}

/** The broker's own words, without what amqplib put around them. */
export function brokerText(error: unknown): string {
  const text = messageOf(error);
  const quoted = /with message "(.*)"$/s.exec(text)?.[1] ?? text;
  return quoted.replace(/^[A-Z_]+ - /, "");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isGarbage(text: string): boolean {
  return /Invalid frame|maxFrameSize|Unknown frame|Expected connection\.|Expected ConnectionStart|Frame on|Unexpected frame/.test(
    text,
  );
}

/** By consumer_timeout. */
function isTakenBack(reason: string): boolean {
  return /delivery acknowledgement .* timed out/i.test(reason);
}

function kindOf(code: number): BrokerErrorKind {
  switch (code) {
    case 403:
    case 405:
      return "denied";
    case 404:
      return "missing";
    case 540:
      return "unsupported";
    case 320:
      return "closed";
    default:
      return "invalid";
  }
}

function channelSentence(code: number, reason: string): string {
  const inequivalent =
    /inequivalent arg '([^']*)' for (queue|exchange) '([^']*)'.*received (.*) but current is (.*)$/s.exec(reason);
  if (inequivalent) {
    const [, argument = "", what = "", name = "", asked = "", current = ""] = inequivalent;
    return what === "queue"
      ? t(
          "There is a queue “{name}” already, with another {argument} ({current} instead of {asked}). Choose another name, or delete that one first.",
          { name, argument, current, asked },
        )
      : t(
          "There is an exchange “{name}” already, with another {argument} ({current} instead of {asked}). Choose another name, or delete that one first.",
          { name, argument, current, asked },
        );
  }
  const missing = /^no (queue|exchange) '([^']*)' in vhost '([^']*)'/.exec(reason);
  if (missing) {
    const [, what = "", name = "", vhost = ""] = missing;
    return what === "queue"
      ? t("There is no queue “{name}” in the virtual host “{vhost}”. It may have been deleted meanwhile.", {
          name,
          vhost,
        })
      : t("There is no exchange “{name}” in the virtual host “{vhost}”. It may have been deleted meanwhile.", {
          name,
          vhost,
        });
  }
  if (isTakenBack(reason)) {
    return t(
      "The broker took its messages back, because they were not settled for too long (consumer_timeout). They are delivered again.",
    );
  }
  if (code === 405) {
    return t("The queue is exclusive to another connection or in use ({reason}).", { reason });
  }
  if (code === 403) return t("The broker does not permit this ({reason}).", { reason });
  if (code === 540) return t("This broker cannot do that ({reason}).", { reason });
  return t("The broker refused this ({reason}).", { reason });
}

function vhostSentence(text: string, { address, user, vhost }: Place): string {
  if (/not found/i.test(text)) {
    return t(
      "There is no virtual host “{vhost}” at {address}. Check its name in the URI: the default one is called “/”.",
      { vhost, address },
    );
  }
  if (/access to vhost .* refused/i.test(text)) {
    return t("The user “{user}” has no permission for the virtual host “{vhost}” at {address}.", {
      user,
      vhost,
      address,
    });
  }
  const reason = text.replace(/^[A-Z_]+ - /, "");
  return t("{address} did not let “{user}” into the virtual host “{vhost}” ({reason}).", {
    address,
    user,
    vhost,
    reason,
  });
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
        {
          address,
          seconds: Math.ceil(timeout / 1000),
        },
      );
    default:
      return undefined;
  }
}
