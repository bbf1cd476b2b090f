/** What can go wrong between this machine and the management API, as sentences. */
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { textAt, type JsonRecord } from "./json.ts";
import { speaksNoTls, tlsFailure } from "../shared/tlsFailures.ts";

/** Where a request went: for sentences. Holds no credentials. */
export interface Asked {
  /** The base URL. */
  readonly url: string;
  readonly user: string;
}

/** A request that got no answer at all, or one that is not HTTP. */
export function requestFailure(error: unknown, { url }: Asked): BrokerError {
  const code = codeOf(error);
  if (code.startsWith("HPE_") && isTlsAlert(error)) {
    return new BrokerError("refused", t("{url} wants TLS: use https:// instead of http://.", { url }), {
      cause: error,
    });
  }
  if (code.startsWith("HPE_")) {
    return new BrokerError(
      "unsupported",
      t("{url} answered, but not in HTTP. Is it the port of AMQP, or does the management API want https here?", {
        url,
      }),
      { cause: error },
    );
  }
  if (speaksNoTls(error)) {
    return new BrokerError("refused", t("{url} speaks no TLS: use http:// instead of https://.", { url }), {
      cause: error,
    });
  }
  return tlsFailure(error, url) ?? new BrokerError("unreachable", unreachableSentence(code, url), { cause: error });
}

export function timedOut({ url }: Asked, seconds: number): BrokerError {
  return new BrokerError(
    "unreachable",
    t("The management API at {url} did not answer within {seconds} s.", { url, seconds }),
  );
}

export function tooLarge({ url }: Asked, mebibytes: number): BrokerError {
  return new BrokerError(
    "unsupported",
    t("An answer of the management API at {url} is larger than {mebibytes} MiB and was not read.", { url, mebibytes }),
  );
}

export function notManagement({ url }: Asked, cause?: unknown): BrokerError {
  return new BrokerError(
    "unsupported",
    t("{url} answered, but it is not a RabbitMQ management API. Check the management URL.", { url }),
    { cause },
  );
}

/** An answer with another status than 2xx. */
export function statusFailure(
  status: number,
  headers: JsonRecord,
  body: JsonRecord | undefined,
  asked: Asked,
): BrokerError {
  const { url, user } = asked;
  const reason = (body && (textAt(body, "reason") ?? textAt(body, "error"))) ?? "";
  if (status >= 300 && status < 400) {
    const location = withoutSecrets(textAt(headers, "location") ?? "");
    return new BrokerError(
      "unsupported",
      location === ""
        ? t("{url} sends us to another address. Check the management URL.", { url })
        : t("{url} sends us to {location}. Enter that address as the management URL if you trust it.", {
            url,
            location,
          }),
    );
  }
  if (/not.?management.?user/i.test(reason)) {
    return new BrokerError(
      "denied",
      t("The user “{user}” may not use the management API at {url}: it needs the tag “management”.", { user, url }),
    );
  }
  switch (status) {
    case 401:
      // The same status says that a login failed and that a vhost is closed to this user.
      return body === undefined || /login failed/i.test(reason) || reason === ""
        ? new BrokerError(
            "refused",
            t("The management API at {url} refused the login of “{user}”. Check the user name and the password.", {
              url,
              user,
            }),
          )
        : denied(reason, asked);
    case 403:
      return denied(reason, asked);
    case 404:
      return body === undefined
        ? notManagement(asked)
        : new BrokerError("missing", t("The broker does not know that any more ({reason}).", { reason }));
    case 408:
    case 502:
    case 503:
    case 504:
      return new BrokerError(
        "unreachable",
        t("The management API at {url} is not available now (HTTP {status}). Is the broker starting or overloaded?", {
          url,
          status,
        }),
      );
    default:
      return new BrokerError(
        status < 500 ? "invalid" : "unreachable",
        reason === ""
          ? t("The management API at {url} answered with HTTP {status}.", { url, status })
          : t("The management API at {url} answered with HTTP {status}: {reason}", {
              url,
              status,
              reason: cut(reason),
            }),
      );
  }
}

/** A URL to show: without credentials, query and fragment. The empty text for what is none. */
export function withoutSecrets(text: string): string {
  if (text.startsWith("/")) return text.replace(/[?#].*$/, "");
  try {
    const { protocol, host, pathname } = new URL(text);
    return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
  } catch {
    return "";
  }
}

function denied(reason: string, { user, url }: Asked): BrokerError {
  return new BrokerError(
    "denied",
    reason === ""
      ? t("The management API at {url} does not permit this to “{user}”.", { url, user })
      : t("The management API at {url} does not permit this to “{user}”: {reason}", { url, user, reason: cut(reason) }),
  );
}

function unreachableSentence(code: string, url: string): string {
  switch (code) {
    case "ECONNREFUSED":
      return t(
        "Cannot reach the management API at {url} (connection refused). Is the management plugin on, and is this its port?",
        {
          url,
        },
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return t("Cannot reach the management API at {url} (unknown host). Check the name.", { url });
    case "ECONNRESET":
    case "EPIPE":
      return url.startsWith("https:")
        ? t(
            "The connection to {url} was closed without an answer. Does the management API accept the client certificate of the TLS settings, or want one?",
            { url },
          )
        : t("The connection to {url} was closed without an answer. Does the management API want https there?", { url });
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ETIMEDOUT":
      return t("Cannot reach the management API at {url} (no route, or no answer). Check the network or VPN.", { url });
    default:
      return t("Cannot reach the management API at {url} ({code}).", {
        url,
        code: code === "" ? t("unknown error") : code,
      });
  }
}

function isTlsAlert(error: unknown): boolean {
  const packet = error instanceof Error && "rawPacket" in error ? error.rawPacket : undefined;
  return packet instanceof Uint8Array && packet[0] === 0x15 && packet[1] === 0x03;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error instanceof AggregateError && error.errors.length > 0 && !("code" in error)) return codeOf(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
