/** What can go wrong in a TLS handshake, as sentences: the same for every protocol and for HTTPS. */
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";

/**
 * @param error what Node gave
 * @param where "localhost:5671" or "https://localhost:15671"
 * @returns undefined for what is not about TLS
 */
export function tlsFailure(error: unknown, where: string): BrokerError | undefined {
  const code = tlsCode(error);
  const fail = (kind: "refused" | "invalid" | "unreachable", sentence: string): BrokerError =>
    new BrokerError(kind, sentence, { cause: error });
  const certificate = certificateSentence(code, where, error);
  if (certificate !== undefined) return fail("refused", certificate);
  if (/^ERR_OSSL_|^ERR_CRYPTO/.test(code)) {
    return fail(
      "invalid",
      t(
        "The certificate or key of the TLS settings cannot be used ({code}). It has to be PEM, with the right passphrase.",
        { code },
      ),
    );
  }
  if (/ALERT_/.test(code)) {
    return fail(
      "unreachable",
      t(
        "{where} did not agree on a TLS connection ({code}). Does it want a client certificate, or another version of TLS?",
        { where, code },
      ),
    );
  }
  return /^ERR_SSL_|^EPROTO$/.test(code)
    ? fail(
        "unreachable",
        t("The TLS handshake with {where} failed ({code}). Does that port speak TLS?", { where, code }),
      )
    : undefined;
}

/** Whether what answered does not speak TLS. */
export function speaksNoTls(error: unknown): boolean {
  return /WRONG_VERSION_NUMBER|PACKET_LENGTH/.test(tlsCode(error));
}

/** What Node names EPROTO when it happens while writing has its true name in the text only. */
function tlsCode(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  const [, reason] = (error.code === "EPROTO" && /SSL routines:[^:]*:([^:]+):/.exec(error.message)) || [];
  return reason === undefined ? String(error.code) : `ERR_SSL_${reason.toUpperCase().replaceAll(" ", "_")}`;
}

function certificateSentence(code: string, where: string, error: unknown): string | undefined {
  if (/CERTIFICATE_REQUIRED/.test(code)) {
    return t("{where} wants a client certificate. Give one, with its key, in the TLS settings.", { where });
  }
  if (/ALERT_(BAD|UNSUPPORTED)_CERTIFICATE|ALERT_UNKNOWN_CA|ALERT_CERTIFICATE_/.test(code)) {
    return t(
      "{where} does not accept the client certificate ({code}). Is it still valid, and does the broker trust the authority that issued it?",
      { where, code },
    );
  }
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return t("The certificate of {where} has expired.", { where });
    case "CERT_NOT_YET_VALID":
      return t("The certificate of {where} is not valid yet. Is the clock of this machine right?", { where });
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return t(
        "The certificate of {where} is for another name ({names}). If that is meant to be so, set the server name in the TLS settings.",
        { where, names: certificateNames(error) },
      );
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return t(
        "The certificate of {where} was not issued by an authority that is trusted here ({code}). Give its CA certificate in the TLS settings.",
        { where, code },
      );
    default:
      return /^(?!ERR_).*(CERT|SIGNATURE|ISSUER|CRL|HOSTNAME)/.test(code)
        ? t("The certificate of {where} does not verify ({code}).", { where, code })
        : undefined;
  }
}

/** "localhost, broker.example.com" */
function certificateNames(error: unknown): string {
  const cert = error instanceof Error && "cert" in error ? error.cert : undefined;
  if (typeof cert !== "object" || cert === null || !("subjectaltname" in cert)) return "?";
  return String(cert.subjectaltname).replaceAll(/(DNS|IP Address):/g, "");
}
