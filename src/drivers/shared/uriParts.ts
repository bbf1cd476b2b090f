/** What the URIs of all brokers have in common: hosts, logins, options. Its sentences never repeat what might be a secret. */
import { isIPv6 } from "node:net";
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";

export interface Host {
  /** An IPv6 address without its brackets. */
  readonly name: string;
  readonly port: number;
}

/** "localhost:5672", "[::1]:5672" */
export function formatHost({ name, port }: Host): string {
  return `${bracketed(name)}:${String(port)}`;
}

/** As a URI and the address form write it: without the standard port. */
export function shortHost({ name, port }: Host, standardPort: number): string {
  return bracketed(name) + (port === standardPort ? "" : `:${String(port)}`);
}

export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Whether it is this machine. */
export function isLoopback({ name }: Host): boolean {
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

/** What stands before the "@". @throws BrokerError `invalid` */
export function credentials(text: string): [user?: string, password?: string] {
  if (text === "") return [];
  const colon = text.indexOf(":");
  if (colon < 0) return [unescape(text)];
  return [unescape(text.slice(0, colon)), unescape(text.slice(colon + 1))];
}

/** How hosts are to be read. */
export interface HostRules {
  readonly standardPort: number;
  /** A whole URI to show who named no host. */
  readonly example: string;
  /** The field at fault; the URI itself unless said. */
  readonly field?: string;
}

/** Several, separated by commas. @throws BrokerError `invalid` */
export function parseHosts(text: string, rules: HostRules): Host[] {
  return text.split(",").map((each) => parseHost(each.trim(), rules));
}

function parseHost(text: string, { standardPort, example, field }: HostRules): Host {
  if (isIPv6(text)) return { name: text, port: standardPort };
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(text);
  const address = parts?.[1];
  const name = address ?? parts?.[2] ?? "";
  if (address !== undefined && !isIPv6(address.split("%", 1)[0] ?? ""))
    throw invalid(t("What stands between “[” and “]” is not an IPv6 address."), field);
  if (name === "") {
    if (text === "") throw invalid(t("The URI names no host: {example}.", { example }), field);
    throw invalid(
      t("The name of the host is not valid. A “:” in a password has to be written as %3A, a “@” as %40."),
      field,
    );
  }
  if (/[\s"<>\\^`{|}]/.test(name)) throw invalid(t("The name of the host is not valid."), field);
  const port = parts?.[3];
  return { name, port: port === undefined || port === "" ? standardPort : parsePort(port, field) };
}

/** @throws BrokerError `invalid` */
export function parsePort(text: string, field?: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw invalid(t("The port has to be a number from 1 to 65535."), field);
}

/**
 * The query: name → text; of a name that is there twice the first.
 * @param numbers the names of those that are whole numbers
 * @throws BrokerError `invalid`, for a secret among them too
 */
export function parseOptions(query: string, numbers: readonly string[], field?: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (/pass(word|phrase)?$|secret|token/i.test(name)) {
      const sentence = t(
        "The option “{name}” holds a secret and does not belong into the URI: set it with the connection's TLS settings.",
        { name },
      );
      throw invalid(sentence, field);
    }
    if (numbers.includes(name) && !/^\d{1,9}$/.test(value))
      throw invalid(t("The option “{name}” has to be a whole number.", { name }), field);
    if (!options.has(name)) options.set(name, value);
  }
  return options;
}

/** @throws BrokerError `invalid` */
export function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(
      t("A “%” in the URI is not followed by two hexadecimal digits. A “%” itself has to be written as %25."),
    );
  }
}

export function invalid(sentence: string, field = "uri"): BrokerError {
  return new BrokerError("invalid", sentence, { field });
}
