/**
 * The TLS settings of a connection: gathered, and checked before anybody is called. The same for every protocol and for HTTPS.
 */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, type ConnectionOptions } from "node:tls";
import { t } from "@vscode/l10n";
import type { TlsSettings } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";

/** What Node is told about TLS besides where to go. */
export type TlsOptions = Pick<
  ConnectionOptions,
  "ca" | "cert" | "key" | "passphrase" | "servername" | "rejectUnauthorized"
>;

/**
 * The settings of the connection, and where they say nothing the options of the URI: paths to PEM files (`cacertfile`,
 * `certfile`, `keyfile`), `server_name_indication`, `verify=verify_none`.
 * @throws BrokerError `invalid` for what cannot be used, with the field `tls`
 */
export async function resolveTls(
  given: TlsSettings | undefined,
  options: ReadonlyMap<string, string>,
): Promise<TlsSettings> {
  const ca = given?.ca ?? (await pemFile(options.get("cacertfile")));
  const cert = given?.cert ?? (await pemFile(options.get("certfile")));
  const key = given?.key ?? (await pemFile(options.get("keyfile"))) ?? keyBeside(cert);
  const name = given?.serverName ?? options.get("server_name_indication");
  const settings: TlsSettings = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(given?.passphrase === undefined ? {} : { passphrase: given.passphrase }),
    ...(name === undefined || name === "" || name === "disable" ? {} : { serverName: name }),
    verify: (given?.verify ?? true) && options.get("verify") !== "verify_none",
  };
  const problem = problemOf(settings);
  if (problem) throw new BrokerError("invalid", problem.sentence, { cause: problem.cause, field: "tls" });
  return settings;
}

export function toTlsOptions({ ca, cert, key, passphrase, serverName, verify }: TlsSettings): TlsOptions {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    rejectUnauthorized: verify,
  };
}

/** Whose client certificate it is: "O=Shop, CN=orders"; the empty text without one. */
export function certificateSubject({ cert }: TlsSettings): string {
  return cert === undefined ? "" : new X509Certificate(cert).subject.replaceAll("\n", ", ");
}

/** A client certificate and its key are often kept in one file. */
function keyBeside(cert: string | undefined): string | undefined {
  return cert?.includes("PRIVATE KEY-----") ? cert : undefined;
}

function problemOf({ ca, cert, key, passphrase }: TlsSettings): { sentence: string; cause?: unknown } | undefined {
  if (ca !== undefined) {
    try {
      new X509Certificate(ca);
    } catch (cause) {
      return { sentence: t("The CA certificate of the TLS settings cannot be used. It has to be a PEM file."), cause };
    }
  }
  if (cert !== undefined && key === undefined) {
    return { sentence: t("The client certificate of the TLS settings needs its key. Give the key too.") };
  }
  if (key !== undefined && cert === undefined) {
    return { sentence: t("The client key of the TLS settings needs its certificate. Give the certificate too.") };
  }
  if (cert === undefined || key === undefined) return undefined;
  const encrypted = /ENCRYPTED/.test(key);
  if (encrypted && passphrase === undefined) {
    return { sentence: t("The client key of the TLS settings is encrypted. Give its passphrase.") };
  }
  try {
    createSecureContext({ cert, key, ...(passphrase === undefined ? {} : { passphrase }) });
    return undefined;
  } catch (cause) {
    return { sentence: unusable(cause, encrypted), cause };
  }
}

function unusable(error: unknown, encrypted: boolean): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/MISMATCH/.test(code)) {
    return t("The client certificate and the client key of the TLS settings do not belong together.");
  }
  return encrypted && /DECRYPT|INTERRUPTED/.test(code)
    ? t("The passphrase of the TLS settings does not open the client key.")
    : t("The client certificate or key of the TLS settings cannot be used ({code}). Both have to be PEM files.", {
        code,
      });
}

async function pemFile(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || path === "") return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new BrokerError("invalid", t("The file {path} of the connection's URI cannot be read.", { path }), {
      cause,
      field: "uri",
    });
  }
}
