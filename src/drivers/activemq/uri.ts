/** ActiveMQ URIs: taken apart, put together, without their password. */
import { isIPv6 } from "node:net";
import { t } from "@vscode/l10n";
import type { Address } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { flagOf, textOf, type Field, type Values } from "../../broker/form.ts";

/** Which of the two brokers of that name. The scheme says which is expected; the broker says itself which it is. */
export type Dialect = "classic" | "artemis";

/** A URI by its parts, none of them escaped. */
export interface ActivemqUri {
  readonly dialect: Dialect;
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
  /** In the order in which they are tried; never empty. */
  readonly hosts: readonly Host[];
  /** The query: name → text. Names that this driver does not know are kept and have no effect. */
  readonly options: ReadonlyMap<string, string>;
}

export interface Host {
  /** An IPv6 address without its brackets. */
  readonly name: string;
  readonly port: number;
}

/** What is asked when there is no URI to paste. A function, because texts are known only after start. */
export function addressFields(): readonly Field[] {
  return [
    {
      name: "dialect",
      label: t("Broker"),
      type: "choice",
      default: "classic",
      choices: [
        { value: "classic", label: "ActiveMQ Classic" },
        { value: "artemis", label: "ActiveMQ Artemis" },
      ],
      help: t("Decides where Jolokia is looked for; which of the two it is, the broker says itself."),
    },
    {
      name: "host",
      label: t("Host"),
      type: "text",
      required: true,
      default: "localhost",
      placeholder: "activemq.example.com",
      help: t(
        "Several hosts, separated by commas, are tried in this order; each may have its own port: one:5672,two:5673",
      ),
    },
    {
      name: "port",
      label: t("Port"),
      type: "number",
      scalar: "uint16",
      placeholder: "5672",
      help: t("That of AMQP: 5672, or 5671 with TLS, unless set. Not 61616, unless AMQP is enabled there."),
    },
    { name: "secure", label: t("Use TLS"), type: "boolean", default: false },
    { name: "user", label: t("User"), type: "text", default: "admin" },
    {
      name: "options",
      label: t("Options"),
      type: "text",
      group: "advanced",
      placeholder: "idle_timeout=20&connection_timeout=5000",
      help: t(
        "The query of the URI: idle_timeout in seconds, connection_timeout in milliseconds, auth_mechanism (plain, anonymous, external).",
      ),
    },
  ];
}

/** @throws BrokerError `invalid`; its sentence never repeats what might be a part of a password */
export function parseUri(text: string): ActivemqUri {
  const parts = /^(activemq|artemis)(\+ssl)?:\/\/([^/?#]*)\/?([^?#]*)(?:\?([^#]*))?$/i.exec(text.trim());
  if (!parts) {
    if (text.includes("#")) throw invalid(t("A “#” in a user name or password has to be written as %23."));
    throw invalid(
      t(
        "This is not an ActiveMQ URI. It looks like activemq://user:password@host:5672 or artemis://user:password@host:5672, with +ssl after the name for TLS.",
      ),
    );
  }
  const [, name = "", ssl, authority = "", path = "", query = ""] = parts;
  if (path.includes("@") || query.includes("@")) {
    throw invalid(t("A “/” or “?” in a user name or password has to be written as %2F or %3F."));
  }
  if (path !== "") throw invalid(t("Nothing can follow the host in an ActiveMQ URI but a query."));
  const secure = ssl !== undefined;
  const at = authority.lastIndexOf("@");
  const [user, password] = credentials(authority.slice(0, Math.max(at, 0)));
  return {
    dialect: name.toLowerCase() === "artemis" ? "artemis" : "classic",
    secure,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    hosts: parseHosts(authority.slice(at + 1), standardPort(secure)),
    options: parseOptions(query),
  };
}

/** The same URI in its normal form, without the password. */
export function formatUri({ dialect, secure, user, hosts, options }: ActivemqUri): string {
  const scheme = `${dialect === "artemis" ? "artemis" : "activemq"}${secure ? "+ssl" : ""}`;
  const shown = hosts.map((host) => shortHost(host, secure)).join(",");
  const query = new URLSearchParams([...options]).toString();
  const login = user === undefined ? "" : `${encodeURIComponent(user)}@`;
  return `${scheme}://${login}${shown}${query === "" ? "" : `?${query}`}`;
}

/** @throws BrokerError `invalid` */
export function toAddress(text: string): Address {
  const uri = parseUri(text);
  return {
    uri: formatUri(uri),
    ...(uri.password === undefined ? {} : { password: uri.password }),
    name: uri.hosts[0]?.name ?? "localhost",
    admin: jolokiaUrl(uri),
    secure: uri.secure,
    loopback: uri.hosts.every(({ name }) => isLoopback(name)),
  };
}

/** Where the web console with its Jolokia listens by default, without its path. */
export function jolokiaUrl({ hosts }: Pick<ActivemqUri, "hosts">): string {
  return `http://${bracketed(hosts[0]?.name ?? "localhost")}:8161`;
}

/** @throws BrokerError `invalid` with the field at fault */
export function composeUri(values: Values): string {
  const secure = flagOf(values, "secure");
  const portText = textOf(values, "port");
  const port = portText === "" ? standardPort(secure) : parsePort(portText, "port");
  const user = textOf(values, "user");
  return formatUri({
    dialect: textOf(values, "dialect") === "artemis" ? "artemis" : "classic",
    secure,
    ...(user === "" ? {} : { user }),
    hosts: parseHosts(textOf(values, "host"), port, "host"),
    options: parseOptions(textOf(values, "options").replace(/^\?/, ""), "options"),
  });
}

/** The fields of {@link addressFields} as this URI has them. */
export function decomposeUri(text: string): Values {
  const { dialect, secure, user, hosts, options } = parseUri(text);
  const [first] = hosts;
  const single = hosts.length === 1 && first;
  return {
    dialect,
    host: single ? single.name : hosts.map((host) => shortHost(host, secure)).join(","),
    port: single && single.port !== standardPort(secure) ? String(single.port) : "",
    secure,
    user: user ?? "",
    options: new URLSearchParams([...options]).toString(),
  };
}

/** "localhost:5672", "[::1]:5672" */
export function formatHost({ name, port }: Host): string {
  return `${bracketed(name)}:${String(port)}`;
}

function standardPort(secure: boolean): number {
  return secure ? 5671 : 5672;
}

function shortHost({ name, port }: Host, secure: boolean): string {
  return bracketed(name) + (port === standardPort(secure) ? "" : `:${String(port)}`);
}

function credentials(text: string): [user?: string, password?: string] {
  if (text === "") return [];
  const colon = text.indexOf(":");
  if (colon < 0) return [unescape(text)];
  return [unescape(text.slice(0, colon)), unescape(text.slice(colon + 1))];
}

function parseHosts(text: string, defaultPort: number, field?: string): Host[] {
  return text.split(",").map((each) => parseHost(each.trim(), defaultPort, field));
}

function parseHost(text: string, defaultPort: number, field?: string): Host {
  if (isIPv6(text)) return { name: text, port: defaultPort };
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(text);
  const address = parts?.[1];
  const name = address ?? parts?.[2] ?? "";
  if (address !== undefined && !isIPv6(address.split("%", 1)[0] ?? "")) {
    throw invalid(t("What stands between “[” and “]” is not an IPv6 address."), field);
  }
  if (name === "") {
    if (text === "") throw invalid(t("The URI names no host: activemq://user:password@host:5672."), field);
    throw invalid(
      t("The name of the host is not valid. A “:” in a password has to be written as %3A, a “@” as %40."),
      field,
    );
  }
  if (/[\s"<>\\^`{|}]/.test(name)) throw invalid(t("The name of the host is not valid."), field);
  const port = parts?.[3];
  return { name, port: port === undefined || port === "" ? defaultPort : parsePort(port, field) };
}

function parsePort(text: string, field?: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw invalid(t("The port has to be a number from 1 to 65535."), field);
}

function parseOptions(query: string, field?: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (/pass(word|phrase)?$|secret|token/i.test(name)) {
      const sentence = t(
        "The option “{name}” holds a secret and does not belong into the URI: set it with the connection's TLS settings.",
        { name },
      );
      throw invalid(sentence, field);
    }
    if (/^(idle_timeout|connection_timeout)$/.test(name) && !/^\d{1,9}$/.test(value)) {
      throw invalid(t("The option “{name}” has to be a whole number.", { name }), field);
    }
    if (!options.has(name)) options.set(name, value);
  }
  return options;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(
      t("A “%” in the URI is not followed by two hexadecimal digits. A “%” itself has to be written as %25."),
    );
  }
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function invalid(sentence: string, field = "uri"): BrokerError {
  return new BrokerError("invalid", sentence, { field });
}
