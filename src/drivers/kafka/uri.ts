/** Kafka URIs: taken apart, put together, without their password. */
import { t } from "@vscode/l10n";
import type { Address } from "../../broker/contract.ts";
import { flagOf, textOf, type Field, type Values } from "../../broker/form.ts";
import {
  credentials,
  invalid,
  isLoopback,
  parseHosts,
  parseOptions,
  parsePort,
  shortHost,
  type Host,
} from "../shared/uriParts.ts";

/** A URI by its parts, none of them escaped. */
export interface KafkaUri {
  readonly secure: boolean;
  /** Absent = no login, or by the client certificate. */
  readonly user?: string;
  readonly password?: string;
  readonly mechanism: Mechanism;
  /** The bootstrap servers, in the order in which they are tried; never empty. */
  readonly hosts: readonly Host[];
  /** The rest of the query: name → text. Names that this driver does not know are kept and have no effect. */
  readonly options: ReadonlyMap<string, string>;
}

/** Of SASL, as Kafka writes them. */
export const mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;
export type Mechanism = (typeof mechanisms)[number];

const standardPort = 9092;
/** Options that are whole numbers. */
const numbers = ["connection_timeout"];
const example = "kafka://user:password@host:9092,host2:9092?mechanism=SCRAM-SHA-256";

/** What is asked when there is no URI to paste. A function, because texts are known only after start. */
export function addressFields(): readonly Field[] {
  return [
    {
      name: "host",
      label: t("Bootstrap servers"),
      type: "text",
      required: true,
      default: "localhost",
      placeholder: "kafka.example.com:9092",
      help: t(
        "Several, separated by commas, are tried in this order; each may have its own port. The brokers themselves are then found by what the first one that answers tells.",
      ),
    },
    {
      name: "port",
      label: t("Port"),
      type: "number",
      scalar: "uint16",
      placeholder: String(standardPort),
      help: t("{port} unless set.", { port: standardPort }),
    },
    { name: "secure", label: t("Use TLS (kafkas)"), type: "boolean", default: false },
    {
      name: "user",
      label: t("User"),
      type: "text",
      help: t("Of SASL. Empty = no login, or by the client certificate of the TLS settings."),
    },
    {
      name: "mechanism",
      label: t("SASL mechanism"),
      type: "choice",
      default: "PLAIN",
      choices: mechanisms.map((value) => ({ value, label: value })),
    },
    {
      name: "options",
      label: t("Options"),
      type: "text",
      group: "advanced",
      placeholder: "connection_timeout=5000",
      help: t("The query of the URI: connection_timeout in milliseconds, cacertfile, certfile, keyfile."),
    },
  ];
}

/** @throws BrokerError `invalid`; its sentence never repeats what might be a part of a password */
export function parseUri(text: string): KafkaUri {
  const parts = /^(kafkas?|kafka\+ssl):\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/i.exec(text.trim());
  if (!parts) {
    if (text.includes("#")) throw invalid(t("A “#” in a user name or password has to be written as %23."));
    throw invalid(t("This is not a Kafka URI. It looks like {example}, or kafkas:// with TLS.", { example }));
  }
  const [, scheme = "", authority = "", path = "", query = ""] = parts;
  if (path.includes("@") || query.includes("@"))
    throw invalid(t("A “/” or “?” in a user name or password has to be written as %2F or %3F."));
  if (path !== "" && path !== "/") throw invalid(t("A Kafka URI has no path: it names a cluster, not a topic."));
  const at = authority.lastIndexOf("@");
  const [user, password] = credentials(authority.slice(0, Math.max(at, 0)));
  const { mechanism, options } = optionsOf(query);
  return {
    secure: scheme.toLowerCase() !== "kafka",
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    mechanism,
    hosts: parseHosts(authority.slice(at + 1), { standardPort, example }),
    options,
  };
}

/** The same URI in its normal form, without the password. */
export function formatUri(uri: KafkaUri): string {
  const hosts = uri.hosts.map((host) => shortHost(host, standardPort));
  const user = uri.user === undefined ? "" : `${encodeURIComponent(uri.user)}@`;
  const query = new URLSearchParams([...uri.options]);
  if (uri.user !== undefined && uri.mechanism !== "PLAIN") query.set("mechanism", uri.mechanism);
  return `${uri.secure ? "kafkas" : "kafka"}://${user}${hosts.join(",")}${query.size === 0 ? "" : `?${query.toString()}`}`;
}

/** @throws BrokerError `invalid` */
export function toAddress(text: string): Address {
  const uri = parseUri(text);
  return {
    uri: formatUri(uri),
    ...(uri.password === undefined ? {} : { password: uri.password }),
    name: uri.hosts[0]?.name ?? "localhost",
    secure: uri.secure,
    loopback: uri.hosts.every(isLoopback),
  };
}

/** @throws BrokerError `invalid` with the field at fault */
export function composeUri(values: Values): string {
  const portText = textOf(values, "port");
  const port = portText === "" ? standardPort : parsePort(portText, "port");
  const user = textOf(values, "user");
  return formatUri({
    secure: flagOf(values, "secure"),
    ...(user === "" ? {} : { user }),
    hosts: parseHosts(textOf(values, "host"), { standardPort: port, example, field: "host" }),
    mechanism: toMechanism(textOf(values, "mechanism") || "PLAIN", "mechanism"),
    options: optionsOf(textOf(values, "options").replace(/^\?/, ""), "options").options,
  });
}

/** The fields of {@link addressFields} as this URI has them. */
export function decomposeUri(text: string): Values {
  const uri = parseUri(text);
  const [first] = uri.hosts;
  const single = uri.hosts.length === 1 && first;
  const hosts = uri.hosts.map((host) => shortHost(host, standardPort));
  return {
    host: single ? single.name : hosts.join(","),
    port: single && single.port !== standardPort ? String(single.port) : "",
    secure: uri.secure,
    user: uri.user ?? "",
    mechanism: uri.mechanism,
    options: new URLSearchParams([...uri.options]).toString(),
  };
}

/** @throws BrokerError `invalid` */
function optionsOf(
  query: string,
  field?: string,
): { readonly mechanism: Mechanism; readonly options: ReadonlyMap<string, string> } {
  const options = parseOptions(query, numbers, field);
  const mechanism = toMechanism(options.get("mechanism") ?? "PLAIN", field);
  options.delete("mechanism");
  return { mechanism, options };
}

function toMechanism(text: string, field?: string): Mechanism {
  const found = mechanisms.find((each) => each === text.toUpperCase());
  if (found) return found;
  throw invalid(
    t("The SASL mechanism “{text}” is not supported here. There are: {all}.", { text, all: mechanisms.join(", ") }),
    field,
  );
}
