/** AMQP URIs: taken apart, put together, without their password. */
import { t } from "@vscode/l10n";
import type { Address } from "../../broker/contract.ts";
import { flagOf, textOf, type Field, type Values } from "../../broker/form.ts";
import {
  bracketed,
  credentials,
  invalid,
  isLoopback,
  parseHosts,
  parseOptions,
  parsePort,
  shortHost,
  unescape,
  type Host,
} from "../shared/uriParts.ts";

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

const example = "amqp://user:password@host:5672/vhost";
/** Options that are whole numbers. */
const numbers = ["heartbeat", "connection_timeout", "channel_max", "frame_max"];

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
    hosts: parseHosts(authority.slice(at + 1), { standardPort: secure ? 5671 : 5672, example }),
    vhost: path === "" ? "/" : unescape(path),
    options: parseOptions(query, numbers),
  };
}

/** The same URI in its normal form, without the password. */
export function formatUri(uri: AmqpUri): string {
  const standard = uri.secure ? 5671 : 5672;
  const hosts = uri.hosts.map((host) => shortHost(host, standard));
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
    loopback: uri.hosts.every(isLoopback),
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
    hosts: parseHosts(textOf(values, "host"), { standardPort: port, example, field: "host" }),
    vhost: textOf(values, "vhost") || "/",
    options: parseOptions(textOf(values, "options").replace(/^\?/, ""), numbers, "options"),
  });
}

/** The fields of {@link addressFields} as this URI has them. */
export function decomposeUri(text: string): Values {
  const uri = parseUri(text);
  const standard = uri.secure ? 5671 : 5672;
  const [first] = uri.hosts;
  const single = uri.hosts.length === 1 && first;
  const hosts = uri.hosts.map((host) => shortHost(host, standard));
  return {
    host: single ? single.name : hosts.join(","),
    port: single && single.port !== standard ? String(single.port) : "",
    secure: uri.secure,
    user: uri.user ?? "",
    vhost: uri.vhost,
    options: new URLSearchParams([...uri.options]).toString(),
  };
}
