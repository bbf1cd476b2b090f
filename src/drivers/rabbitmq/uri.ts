/** AMQP URIs: taken apart, put together, without their password. */
import { isIPv6 } from "node:net";
import { t } from "@vscode/l10n";
import type { Address } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { flagOf, textOf, type Field, type Values } from "../../broker/form.ts";

/** A URI by its parts, none of them escaped. */
export interface AmqpUri {
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
  /** In the order in which they are tried; never empty. */
  readonly hosts: readonly Host[];
  readonly vhost: string;
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
      name: "host",
      label: t("Host"),
      type: "text",
      required: true,
      default: "localhost",
      placeholder: "rabbit.example.com",
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
      help: t("5672, or 5671 with TLS, unless set."),
    },
    { name: "secure", label: t("Use TLS (amqps)"), type: "boolean", default: false },
    { name: "user", label: t("User"), type: "text", default: "guest" },
    { name: "vhost", label: t("Virtual host"), type: "text", default: "/" },
    {
      name: "options",
      label: t("Options"),
      type: "text",
      group: "advanced",
      placeholder: "heartbeat=10&connection_timeout=5000",
      help: t(
        "The query of the URI: heartbeat in seconds, connection_timeout in milliseconds, channel_max, frame_max, auth_mechanism.",
      ),
    },
  ];
}

/** @throws BrokerError `invalid`; its sentence never repeats what might be a part of a password */
export function parseUri(text: string): AmqpUri {
  const parts = /^(amqps?):\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(text.trim());
  if (!parts) {
    if (text.includes("#"))
      throw invalid(t("A “#” in a user name, password or virtual host has to be written as %23."));
    throw invalid(
      t("This is not an AMQP URI. It looks like amqp://user:password@host:5672/vhost, or amqps:// with TLS."),
    );
  }
  const [, scheme = "", authority = "", path = "", query = ""] = parts;
  if (path.includes("@") || query.includes("@")) {
    throw invalid(t("A “/” or “?” in a user name or password has to be written as %2F or %3F."));
  }
  const secure = scheme.toLowerCase() === "amqps";
  const at = authority.lastIndexOf("@");
  const [user, password] = credentials(authority.slice(0, Math.max(at, 0)));
  if (path.includes("/")) throw invalid(t("A “/” inside the name of a virtual host has to be written as %2F."));
  return {
    secure,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    hosts: parseHosts(authority.slice(at + 1), secure ? 5671 : 5672),
    vhost: path === "" ? "/" : unescape(path),
    options: parseOptions(query),
  };
}

/** The same URI in its normal form, without the password. */
export function formatUri(uri: AmqpUri): string {
  const standard = uri.secure ? 5671 : 5672;
  const hosts = uri.hosts.map(({ name, port }) => bracketed(name) + (port === standard ? "" : `:${String(port)}`));
  const user = uri.user === undefined ? "" : `${encodeURIComponent(uri.user)}@`;
  const vhost = uri.vhost === "/" ? "" : `/${encodeURIComponent(uri.vhost)}`;
  const query = new URLSearchParams([...uri.options]).toString();
  return `${uri.secure ? "amqps" : "amqp"}://${user}${hosts.join(",")}${vhost}${query === "" ? "" : `?${query}`}`;
}

/** @throws BrokerError `invalid` */
export function toAddress(text: string): Address {
  const uri = parseUri(text);
  const [first] = uri.hosts;
  const host = first?.name ?? "localhost";
  return {
    uri: formatUri(uri),
    ...(uri.password === undefined ? {} : { password: uri.password }),
    name: uri.vhost === "/" ? host : `${uri.vhost}@${host}`,
    admin: managementUrl(uri),
    secure: uri.secure,
    loopback: uri.hosts.every(({ name }) => isLoopback(name)),
  };
}

/** Where the management plugin listens by default. */
export function managementUrl(uri: AmqpUri): string {
  const [first] = uri.hosts;
  const host = bracketed(first?.name ?? "localhost");
  // The TLS port of the plugin is a guess worth making only where AMQP uses its own TLS port.
  return uri.secure && first?.port === 5671 ? `https://${host}:15671` : `http://${host}:15672`;
}

/** @throws BrokerError `invalid` with the field at fault */
export function composeUri(values: Values): string {
  const secure = flagOf(values, "secure");
  const portText = textOf(values, "port");
  const port = portText === "" ? (secure ? 5671 : 5672) : parsePort(portText, "port");
  const user = textOf(values, "user");
  return formatUri({
    secure,
    ...(user === "" ? {} : { user }),
    hosts: parseHosts(textOf(values, "host"), port, "host"),
    vhost: textOf(values, "vhost") || "/",
    options: parseOptions(textOf(values, "options").replace(/^\?/, ""), "options"),
  });
}

/** The fields of {@link addressFields} as this URI has them. */
export function decomposeUri(text: string): Values {
  const uri = parseUri(text);
  const standard = uri.secure ? 5671 : 5672;
  const [first] = uri.hosts;
  const single = uri.hosts.length === 1 && first;
  const hosts = uri.hosts.map(({ name, port }) => bracketed(name) + (port === standard ? "" : `:${String(port)}`));
  return {
    host: single ? single.name : hosts.join(","),
    port: single && single.port !== standard ? String(single.port) : "",
    secure: uri.secure,
    user: uri.user ?? "",
    vhost: uri.vhost,
    options: new URLSearchParams([...uri.options]).toString(),
  };
}

/** "localhost:5672", "[::1]:5672" */
export function formatHost({ name, port }: Host): string {
  return `${bracketed(name)}:${String(port)}`;
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
    if (text === "") throw invalid(t("The URI names no host: amqp://user:password@host:5672/vhost."), field);
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
    if (/^(heartbeat|connection_timeout|channel_max|frame_max)$/.test(name) && !/^\d{1,9}$/.test(value)) {
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
