/** What node-redis and Redis say when something goes wrong, as sentences. */
import { t } from "@vscode/l10n";
import { BrokerError, type BrokerErrorKind } from "../../broker/errors.ts";
import { speaksNoTls, tlsFailure } from "../shared/tlsFailures.ts";

/** Where it happened. No secrets. */
export interface Place {
  /** "localhost:6379" */
  readonly address: string;
  readonly secure: boolean;
  readonly user?: string;
  /** Milliseconds */
  readonly timeout: number;
}

/** Of a command that the server refused, or of a connection that went. @param key the key's name, for the sentence */
export function translate(error: unknown, place: Place, key = ""): BrokerError {
  if (error instanceof BrokerError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const [code = ""] = /^[A-Z]{2,}/.exec(text) ?? [];
  const said = replySentence(code, text, place, key);
  if (said) return new BrokerError(said.kind, said.sentence, { cause: error });
  if (isReply(error))
    return new BrokerError("invalid", t("Redis refused: {reason}.", { reason: withoutStop(text) }), { cause: error });
  return closedBy(error, place);
}

/** Of a connection that was not made. */
export function translateConnect(error: unknown, place: Place): BrokerError {
  if (error instanceof BrokerError) return error;
  const { address, timeout } = place;
  const fail = (kind: BrokerErrorKind, sentence: string): BrokerError =>
    new BrokerError(kind, sentence, { cause: error });
  const text = error instanceof Error ? error.message : String(error);
  if (isReply(error)) return translate(error, place);
  if (place.secure && speaksNoTls(error)) return withoutTls(place, error);
  const tls = tlsFailure(error, address);
  if (tls) return tls;
  switch (codeOf(error)) {
    case "ECONNREFUSED":
      return fail(
        "unreachable",
        t("Cannot reach {address} (connection refused). Is Redis running, and is that its port?", { address }),
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return fail("unreachable", t("Cannot reach {address}: there is no host of that name.", { address }));
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EACCES":
      return fail("unreachable", t("Cannot reach {address}: no way leads there.", { address }));
    case "ETIMEDOUT":
      return fail(
        "unreachable",
        t("{address} did not answer within {seconds} s. Is it the right port, and does a firewall let it through?", {
          address,
          seconds: timeout / 1000,
        }),
      );
    default:
  }
  if (/timeout/i.test(text)) return translateConnect(Object.assign(new Error(text), { code: "ETIMEDOUT" }), place);
  if (place.secure && /before secure TLS|ECONNRESET/.test(`${text} ${codeOf(error)}`))
    return fail(
      "unreachable",
      t("{address} ended the connection before TLS was agreed on. Does that port speak TLS, and is it Redis?", {
        address,
      }),
    );
  return fail(
    "unreachable",
    t(
      "{address} ended the connection at once. Is it Redis, does it want TLS (rediss://), and does it take connections from here?",
      { address },
    ),
  );
}

/** TLS was wanted, and is not spoken there. */
export function withoutTls({ address }: Place, cause?: unknown): BrokerError {
  return new BrokerError(
    "unreachable",
    t("{address} answers, but without TLS. Use redis:// or the port for TLS.", { address }),
    { cause },
  );
}

/** What answers on that port is no Redis. */
export function wrongServer(found: "http" | "amqp" | "tls" | "other", { address }: Place, cause: unknown): BrokerError {
  const sentences = {
    http: t("{address} speaks HTTP, not the protocol of Redis. Its usual port is 6379.", { address }),
    amqp: t("{address} speaks AMQP, not the protocol of Redis. Its usual port is 6379.", { address }),
    tls: t("{address} wants TLS. Use rediss:// or the port without TLS.", { address }),
    other: t("What answers at {address} does not speak the protocol of Redis. Its usual port is 6379.", { address }),
  };
  return new BrokerError("unreachable", sentences[found], { cause });
}

/** Why an open connection ended. */
export function closedBy(error: unknown, { address }: Place): BrokerError {
  if (error instanceof BrokerError && error.kind === "closed") return error;
  const reason = withoutStop(error instanceof Error ? error.message : "");
  const sentence =
    reason === "" || /closed unexpectedly/i.test(reason)
      ? t("{address} closed the connection.", { address })
      : t("The connection to {address} broke ({reason}).", { address, reason });
  return new BrokerError("closed", sentence, { cause: error });
}

export function missingKey(key: string): BrokerError {
  return new BrokerError("missing", t("There is no key “{key}” any more.", { key }));
}

export function missingGroup(group: string, key: string): BrokerError {
  return new BrokerError("missing", t("The stream “{key}” has no group “{group}” any more.", { key, group }));
}

/** Whether Redis itself said no, so that the command was not carried out. */
export function isReply(error: unknown): boolean {
  return error instanceof Error && (error.name === "SimpleError" || replyClasses.has(error.constructor.name));
}

/** The first word of what Redis said: "WRONGTYPE", "NOGROUP", "ERR". */
export function replyCode(error: unknown): string {
  const cause = error instanceof BrokerError ? error.cause : error;
  return isReply(cause) ? (/^[A-Z]+/.exec((cause as Error).message)?.[0] ?? "") : "";
}

const replyClasses = new Set(["SimpleError", "BlobError", "ErrorReply", "MultiErrorReply"]);

function replySentence(
  code: string,
  text: string,
  { address, user }: Place,
  key: string,
): { readonly kind: BrokerErrorKind; readonly sentence: string } | undefined {
  switch (code) {
    case "WRONGTYPE":
      return {
        kind: "invalid",
        sentence: t("The key “{key}” holds another type by now. Refresh the tree to see it as it is.", { key }),
      };
    case "NOGROUP":
      return { kind: "missing", sentence: t("The stream “{key}” or its group is gone.", { key }) };
    case "UNBLOCKED":
      return { kind: "missing", sentence: t("The stream “{key}” was deleted.", { key }) };
    case "BUSYGROUP":
      return { kind: "invalid", sentence: t("The stream “{key}” has a group of that name already.", { key }) };
    case "NOAUTH":
      return { kind: "refused", sentence: t("{address} wants a password. Give one for this connection.", { address }) };
    case "WRONGPASS":
      return {
        kind: "refused",
        sentence:
          user === undefined
            ? t("{address} refused the password.", { address })
            : t("{address} refused the user “{user}” or its password.", { address, user }),
      };
    case "NOPERM":
      return {
        kind: "denied",
        sentence: t("The access control list of Redis does not allow this: {reason}.", {
          reason: withoutStop(text.replace(/^NOPERM\s*/, "")),
        }),
      };
    case "READONLY":
      return {
        kind: "denied",
        sentence: t("{address} is a read-only replica. Connect to its master, or by Sentinel, to change something.", {
          address,
        }),
      };
    case "OOM":
      return {
        kind: "denied",
        sentence: t("Redis has reached its memory limit (maxmemory) and takes no more messages."),
      };
    case "MISCONF":
      return {
        kind: "denied",
        sentence: t("Redis cannot write its data to disk and takes no changes until that works again."),
      };
    case "NOREPLICAS":
      return { kind: "denied", sentence: t("Redis takes no changes while too few of its replicas are connected.") };
    case "LOADING":
      return { kind: "unreachable", sentence: t("{address} is still loading its data. Try again soon.", { address }) };
    case "BUSY":
      return { kind: "unreachable", sentence: t("{address} is busy with a script. Try again soon.", { address }) };
    case "MASTERDOWN":
      return {
        kind: "unreachable",
        sentence: t("{address} is a replica that has lost its master, and does not answer.", { address }),
      };
    case "MOVED":
    case "ASK":
      return {
        kind: "unsupported",
        sentence: t("{address} is a node of a cluster, and another one has this key. Connect by redis+cluster://.", {
          address,
        }),
      };
    case "CLUSTERDOWN":
      return { kind: "unreachable", sentence: t("The cluster is down: not all of its slots are served.") };
    case "TRYAGAIN":
      return { kind: "unreachable", sentence: t("The cluster is moving these keys at the moment. Try again soon.") };
    case "CROSSSLOT":
      return { kind: "unsupported", sentence: t("These keys belong to different nodes of the cluster.") };
    case "DENIED":
      return {
        kind: "refused",
        sentence: t(
          "{address} is in protected mode: it takes connections from its own machine only, or wants a password set.",
          { address },
        ),
      };
    default:
  }
  if (/max number of clients/i.test(text))
    return { kind: "unreachable", sentence: t("{address} takes no more connections (maxclients).", { address }) };
  if (/no such key/i.test(text)) return { kind: "missing", sentence: missingKey(key).message };
  if (/^ERR unknown (sub)?command/i.test(text))
    return {
      kind: "unsupported",
      sentence: t("This version of Redis cannot do that: {reason}.", { reason: withoutStop(text.slice(4)) }),
    };
  if (/AUTH.*without any password configured/i.test(text))
    return {
      kind: "refused",
      sentence: t("{address} has no password set. Leave the password of this connection empty.", { address }),
    };
  if (/DB index is out of range/i.test(text))
    return { kind: "refused", sentence: t("{address} has no database of that number.", { address }) };
  if (/equal or smaller than the target stream top item/i.test(text))
    return {
      kind: "invalid",
      sentence: t("The id has to be greater than that of the newest entry of the stream “{key}”.", { key }),
    };
  if (/Invalid stream ID/i.test(text))
    return { kind: "invalid", sentence: t("That is not the id of an entry: it looks like 1700000000000-0.") };
  return undefined;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error) return String(error.code);
  // Node tries every address of a name, and tells all failures.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : "";
}

function withoutStop(text: string): string {
  return text.trim().replace(/[.!]+$/, "");
}
