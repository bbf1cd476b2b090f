/** What can go wrong between this machine and Jolokia, as sentences. */
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { speaksNoTls, tlsFailure } from "../shared/tlsFailures.ts";

/** Where a request went: for sentences. Holds no credentials. */
export interface Asked {
  readonly url: string;
  readonly user: string;
}

/** A request that got no answer at all, or one that is not HTTP. */
export function requestFailure(error: unknown, { url }: Asked): BrokerError {
  const code = codeOf(error);
  const fail = (kind: "unsupported" | "refused" | "unreachable", sentence: string): BrokerError =>
    new BrokerError(kind, sentence, { cause: error });
  if (code.startsWith("HPE_")) {
    return fail(
      "unsupported",
      t("{url} answered, but not in HTTP. Is it the port of AMQP, or does it want https?", { url }),
    );
  }
  if (speaksNoTls(error)) return fail("refused", t("{url} speaks no TLS: use http:// instead of https://.", { url }));
  return tlsFailure(error, url) ?? fail("unreachable", unreachableSentence(code, url));
}

export function timedOut({ url }: Asked, seconds: number): BrokerError {
  return new BrokerError("unreachable", t("Jolokia at {url} did not answer within {seconds} s.", { url, seconds }));
}

export function tooLarge({ url }: Asked, mebibytes: number): BrokerError {
  return new BrokerError(
    "unsupported",
    t("An answer of Jolokia at {url} is larger than {mebibytes} MiB and was not read.", { url, mebibytes }),
  );
}

export function notJolokia({ url }: Asked): BrokerError {
  return new BrokerError(
    "unsupported",
    t("{url} answered, but it is not Jolokia. Check the URL of the web console.", { url }),
  );
}

/** An answer with another status than 2xx. */
export function statusFailure(
  status: number,
  headers: Readonly<Record<string, unknown>>,
  body: string,
  asked: Asked,
): BrokerError {
  const { url, user } = asked;
  if (status >= 300 && status < 400) {
    const location = typeof headers["location"] === "string" ? withoutSecrets(headers["location"]) : "";
    return new BrokerError(
      "unsupported",
      t("{url} sends us to another address ({location}). Check the URL of the web console.", { url, location }),
    );
  }
  switch (status) {
    case 401:
      return new BrokerError(
        "refused",
        t("Jolokia at {url} refused the login of “{user}”. The web console may have other users than the broker.", {
          url,
          user,
        }),
      );
    case 403:
      return /origin/i.test(body)
        ? new BrokerError(
            "denied",
            t("Jolokia at {url} does not take requests of this origin: its jolokia-access.xml allows others only.", {
              url,
            }),
          )
        : new BrokerError(
            "denied",
            t("Jolokia at {url} does not let “{user}” in (HTTP 403). Check the password and the roles of the user.", {
              url,
              user,
            }),
          );
    case 404:
      return notJolokia(asked);
    default:
      return new BrokerError(
        status < 500 ? "unsupported" : "unreachable",
        t("Jolokia at {url} answered with HTTP {status}.", { url, status }),
      );
  }
}

/** What Jolokia, or the bean behind it, says to a request that was understood. */
export function answerFailure(status: number, error: string, { user }: Asked): BrokerError {
  const reason = cut(error.replace(/^(?:[\w.$]+(?:Exception|Error)\s*:\s*)+/, "").replace(/[.\s]+$/, ""));
  if (status === 404 || /InstanceNotFound|AMQ229017|AMQ219017|does not exist|no such/i.test(error)) {
    return new BrokerError("missing", t("The broker does not know that any more ({reason}).", { reason }), {
      cause: error,
    });
  }
  if (status === 403 || /SecurityException|AccessDenied|AMQ229031|AMQ229032|AMQ229213/.test(error)) {
    return new BrokerError("denied", t("The broker does not permit this to “{user}” ({reason}).", { user, reason }), {
      cause: error,
    });
  }
  return new BrokerError("invalid", t("The broker refused this ({reason}).", { reason: reason || String(status) }), {
    cause: error,
  });
}

/** A URL to show: without credentials, query and fragment. The empty text for what is none. */
export function withoutSecrets(text: string): string {
  if (text.startsWith("/")) return text.replace(/[?#].*$/, "");
  try {
    const { protocol, host, pathname } = new URL(text);
    return `${protocol}//${host}${pathname === "/" ? "" : pathname.replace(/\/$/, "")}`;
  } catch {
    return "";
  }
}

function unreachableSentence(code: string, url: string): string {
  switch (code) {
    case "ECONNREFUSED":
      return t("Cannot reach Jolokia at {url} (connection refused). Is the web console on, and is this its port?", {
        url,
      });
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return t("Cannot reach Jolokia at {url} (unknown host). Check the name.", { url });
    case "ECONNRESET":
    case "EPIPE":
      return t("The connection to {url} was closed without an answer. Does it want https?", { url });
    default:
      return t("Cannot reach Jolokia at {url} ({code}).", { url, code: code === "" ? t("unknown error") : code });
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error instanceof AggregateError && error.errors.length > 0 && !("code" in error)) return codeOf(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
