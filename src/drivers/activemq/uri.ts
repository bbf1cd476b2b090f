/** ActiveMQ URIs: taken apart, put together, without their password. */
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
  type Host,
} from "../shared/uriParts.ts";

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

const example = "activemq://user:password@host:5672";
/** Options that are whole numbers. */
const numbers = ["idle_timeout", "connection_timeout"];

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
    hosts: parseHosts(authority.slice(at + 1), { standardPort: standardPort(secure), example }),
    options: parseOptions(query, numbers),
  };
}

/** The same URI in its normal form, without the password. */
export function formatUri({ dialect, secure, user, hosts, options }: ActivemqUri): string {
  const scheme = `${dialect === "artemis" ? "artemis" : "activemq"}${secure ? "+ssl" : ""}`;
  const shown = hosts.map((host) => shortHost(host, standardPort(secure))).join(",");
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
    loopback: uri.hosts.every(isLoopback),
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
    hosts: parseHosts(textOf(values, "host"), { standardPort: port, example, field: "host" }),
    options: parseOptions(textOf(values, "options").replace(/^\?/, ""), numbers, "options"),
  });
}

/** The fields of {@link addressFields} as this URI has them. */
export function decomposeUri(text: string): Values {
  const { dialect, secure, user, hosts, options } = parseUri(text);
  const [first] = hosts;
  const single = hosts.length === 1 && first;
  return {
    dialect,
    host: single ? single.name : hosts.map((host) => shortHost(host, standardPort(secure))).join(","),
    port: single && single.port !== standardPort(secure) ? String(single.port) : "",
    secure,
    user: user ?? "",
    options: new URLSearchParams([...options]).toString(),
  };
}

function standardPort(secure: boolean): number {
  return secure ? 5671 : 5672;
}
