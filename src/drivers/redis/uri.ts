/** Redis URIs: taken apart, put together, without their password. */
import { t } from "@vscode/l10n";
import type { Address } from "../../broker/contract.ts";
import { flagOf, textOf, type Field, type Values } from "../../broker/form.ts";
import {
  invalid,
  isLoopback,
  parseHosts,
  parseOptions,
  parsePort,
  shortHost,
  unescape,
  type Host,
} from "../shared/uriParts.ts";

/** `single` = one server, the hosts are tried in their order · `sentinel` = the hosts know the master · `cluster` = the hosts know the others. */
export type Deployment = "single" | "sentinel" | "cluster";

/** A URI by its parts, none of them escaped. */
export interface RedisUri {
  readonly secure: boolean;
  readonly deployment: Deployment;
  readonly user?: string;
  readonly password?: string;
  /** In the order in which they are tried; never empty. */
  readonly hosts: readonly Host[];
  /** The name by which the sentinels know the master; only with `sentinel`. */
  readonly master?: string;
  readonly database: number;
  /** The query: name → text. Names that this driver does not know are kept and have no effect. */
  readonly options: ReadonlyMap<string, string>;
}

const example = "redis://user:password@host:6379/0";
/** Options that are whole numbers. */
const numbers = ["connection_timeout"];

/** What is asked when there is no URI to paste. A function, because texts are known only after start. */
export function addressFields(): readonly Field[] {
  const sentinel = { field: "deployment", is: ["sentinel"] };
  return [
    {
      name: "deployment",
      label: t("Deployment"),
      type: "choice",
      default: "single",
      choices: [
        { value: "single", label: t("One server"), help: t("Redis, Valkey or another that speaks its protocol.") },
        { value: "sentinel", label: t("Sentinel"), help: t("The hosts are sentinels, which know the master.") },
        { value: "cluster", label: t("Cluster"), help: t("The hosts are some nodes of the cluster.") },
      ],
    },
    {
      name: "host",
      label: t("Host"),
      type: "text",
      required: true,
      default: "localhost",
      placeholder: "redis.example.com",
      help: t(
        "Several hosts, separated by commas, are tried in this order; each may have its own port: one:6379,two:6380",
      ),
    },
    {
      name: "port",
      label: t("Port"),
      type: "number",
      scalar: "uint16",
      placeholder: "6379",
      help: t("6379, or 26379 of sentinels, unless set."),
    },
    {
      name: "master",
      label: t("Name of the master"),
      type: "text",
      required: true,
      default: "mymaster",
      help: t("As the sentinels call it."),
      when: sentinel,
    },
    { name: "secure", label: t("Use TLS (rediss)"), type: "boolean", default: false },
    {
      name: "user",
      label: t("User"),
      type: "text",
      help: t("Of the access control list. Leave it empty for the default user."),
    },
    {
      name: "database",
      label: t("Database"),
      type: "number",
      scalar: "uint16",
      placeholder: "0",
      when: { field: "deployment", is: ["single", "sentinel"] },
    },
    {
      name: "options",
      label: t("Options"),
      type: "text",
      group: "advanced",
      placeholder: "connection_timeout=5000",
      help: t("The query of the URI: connection_timeout in milliseconds."),
    },
  ];
}

/** @throws BrokerError `invalid`; its sentence never repeats what might be a part of a password */
export function parseUri(text: string): RedisUri {
  const parts = /^(rediss?)(\+sentinel|\+cluster)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(text.trim());
  if (!parts) {
    if (text.includes("#")) throw invalid(t("A “#” in a user name or password has to be written as %23."));
    throw invalid(
      t(
        "This is not a Redis URI. It looks like redis://user:password@host:6379/0, rediss:// with TLS, redis+sentinel://host:26379/master/0 or redis+cluster://host:6379.",
      ),
    );
  }
  const [, scheme = "", kind = "", authority = "", path = "", query = ""] = parts;
  if (path.includes("@") || query.includes("@"))
    throw invalid(t("A “/” or “?” in a user name or password has to be written as %2F or %3F."));
  const deployment = kind === "" ? "single" : kind.toLowerCase() === "+sentinel" ? "sentinel" : "cluster";
  const at = authority.lastIndexOf("@");
  const [user, password] = credentials(authority.slice(0, Math.max(at, 0)));
  return {
    secure: scheme.toLowerCase() === "rediss",
    deployment,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    hosts: parseHosts(authority.slice(at + 1), { standardPort: standardPort(deployment), example }),
    ...parsePath(path, deployment),
    options: parseOptions(query, numbers),
  };
}

/** The same URI in its normal form, without the password. */
export function formatUri(uri: RedisUri): string {
  const { deployment, secure, master, database } = uri;
  const standard = standardPort(deployment);
  const hosts = uri.hosts.map((host) => shortHost(host, standard));
  const user = uri.user === undefined ? "" : `${encodeURIComponent(uri.user)}@`;
  const path = master === undefined ? "" : `/${encodeURIComponent(master)}`;
  const query = new URLSearchParams([...uri.options]).toString();
  const scheme = `${secure ? "rediss" : "redis"}${deployment === "single" ? "" : `+${deployment}`}`;
  return `${scheme}://${user}${hosts.join(",")}${path}${database === 0 ? "" : `/${String(database)}`}${query === "" ? "" : `?${query}`}`;
}

/** @throws BrokerError `invalid` */
export function toAddress(text: string): Address {
  const uri = parseUri(text);
  const host = uri.hosts[0]?.name ?? "localhost";
  const where = uri.master === undefined ? host : `${uri.master}@${host}`;
  return {
    uri: formatUri(uri),
    ...(uri.password === undefined ? {} : { password: uri.password }),
    name: uri.database === 0 ? where : `${where}/${String(uri.database)}`,
    secure: uri.secure,
    loopback: uri.hosts.every(isLoopback),
  };
}

/** @throws BrokerError `invalid` with the field at fault */
export function composeUri(values: Values): string {
  const deployment = deploymentOf(textOf(values, "deployment"));
  const portText = textOf(values, "port");
  const port = portText === "" ? standardPort(deployment) : parsePort(portText, "port");
  const user = textOf(values, "user");
  const master = textOf(values, "master");
  if (deployment === "sentinel" && master === "")
    throw invalid(t("Sentinels have to be asked for a master by its name."), "master");
  const database = deployment === "cluster" ? "" : textOf(values, "database");
  return formatUri({
    secure: flagOf(values, "secure"),
    deployment,
    ...(user === "" ? {} : { user }),
    hosts: parseHosts(textOf(values, "host"), { standardPort: port, example, field: "host" }),
    ...(deployment === "sentinel" ? { master } : {}),
    database: database === "" ? 0 : parseDatabase(database, "database"),
    options: parseOptions(textOf(values, "options").replace(/^\?/, ""), numbers, "options"),
  });
}

/** The fields of {@link addressFields} as this URI has them. */
export function decomposeUri(text: string): Values {
  const uri = parseUri(text);
  const standard = standardPort(uri.deployment);
  const [first] = uri.hosts;
  const single = uri.hosts.length === 1 && first;
  const hosts = uri.hosts.map((host) => shortHost(host, standard));
  return {
    deployment: uri.deployment,
    host: single ? single.name : hosts.join(","),
    port: single && single.port !== standard ? String(single.port) : "",
    ...(uri.master === undefined ? {} : { master: uri.master }),
    secure: uri.secure,
    user: uri.user ?? "",
    database: uri.database === 0 ? "" : String(uri.database),
    options: new URLSearchParams([...uri.options]).toString(),
  };
}

function standardPort(deployment: Deployment): number {
  return deployment === "sentinel" ? 26_379 : 6379;
}

function deploymentOf(text: string): Deployment {
  return text === "sentinel" || text === "cluster" ? text : "single";
}

function parsePath(path: string, deployment: Deployment): { readonly master?: string; readonly database: number } {
  const parts = path === "" ? [] : path.split("/").filter((part, index, all) => part !== "" || index < all.length - 1);
  switch (deployment) {
    case "cluster":
      if (parts.some((part) => part !== "0"))
        throw invalid(t("A cluster has only the database 0: leave the path out of the URI."));
      return { database: 0 };
    case "sentinel": {
      const [master = "", database = "0"] = parts;
      if (master === "" || parts.length > 2)
        throw invalid(
          t("The path of a Sentinel URI is the name of the master: redis+sentinel://host:26379/mymaster/0."),
        );
      return { master: unescape(master), database: parseDatabase(database, "uri") };
    }
    case "single":
      if (parts.length > 1) throw invalid(t("The path of a Redis URI is the number of the database: redis://host/0."));
      return { database: parseDatabase(parts[0] ?? "0", "uri") };
    default:
      return deployment satisfies never;
  }
}

function parseDatabase(text: string, field: string): number {
  if (!/^\d{1,5}$/.test(text)) throw invalid(t("The database has to be a number, such as 0."), field);
  return Number(text);
}

function credentials(text: string): readonly [user: string | undefined, password: string | undefined] {
  if (text === "") return [undefined, undefined];
  const colon = text.indexOf(":");
  if (colon < 0) return [unescape(text), undefined];
  const user = unescape(text.slice(0, colon));
  const password = unescape(text.slice(colon + 1));
  return [user === "" ? undefined : user, password === "" ? undefined : password];
}
