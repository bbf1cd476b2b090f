/** How a row looks and what it says, without VS Code. */
import { t } from "@vscode/l10n";
import type { Counts, Node } from "../broker/contract.ts";
import type { Environment } from "../broker/environment.ts";
import { environmentLabel } from "../protocol/environmentLabel.ts";
import type { ConnectionStatus } from "../connections/connections.ts";
import type { Profile } from "../connections/profile.ts";
import { readOnlySentence } from "../connections/readOnly.ts";
import { roleOf } from "./treeRows.ts";
import type { ConnectionRow, MoreRow, NodeRow, SentenceRow, TreeRow } from "./treeRows.ts";

export interface Look {
  readonly label: string;
  readonly description: string;
  /** A codicon's name. */
  readonly icon: string;
  /** A theme colour's id. */
  readonly color?: string;
  readonly contextValue: string;
  /** `none` = nothing below it. */
  readonly below: "none" | "collapsed" | "expanded";
  /** What a screen reader says. */
  readonly spoken: string;
  readonly tooltip: Tooltip;
}

/** Plain texts; whoever shows it escapes them. */
export interface Tooltip {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}

export interface LookContext {
  /** With a filter, what was found is shown at once. */
  readonly filtered: boolean;
  /** Whether the user opened it before. */
  wasOpen(row: NodeRow): boolean;
  alarm(row: ConnectionRow): string | undefined;
}

export function lookOf(row: TreeRow, context: LookContext): Look {
  switch (row.type) {
    case "connection":
      return connectionLook(row, context);
    case "node":
      return nodeLook(row, context);
    case "more":
      return moreLook(row);
    case "sentence":
      return sentenceLook(row);
    default:
      return row satisfies never;
  }
}

/** The theme colour of an environment, as package.json contributes it. */
export function environmentColor(environment: Environment): string {
  return `mq.${environment}Foreground`;
}

/** "3 ready · 1 unacked · 2 consumers". An unknown count is not there; nothing known at all = an empty text. */
export function countsText({ ready, unacked, consumers }: Counts): string {
  return [
    ready === undefined ? "" : t("{count} ready", { count: number(ready) }),
    unacked === undefined ? "" : t("{count} unacked", { count: number(unacked) }),
    consumers === undefined
      ? ""
      : consumers === 1
        ? t("1 consumer")
        : t("{count} consumers", { count: number(consumers) }),
  ]
    .filter((text) => text !== "")
    .join(" · ");
}

function connectionLook(row: ConnectionRow, context: LookContext): Look {
  const { profile, state, session, rules } = row.connection;
  const readOnly = rules.readOnly && t("read-only");
  const alarm = context.alarm(row);
  const environment = profile.environment && environmentLabel(profile.environment);
  const status = statusText(state.status);
  const source = sourceText(profile);
  const shownStatus = state.status === "connected" || state.status === "disconnected" ? undefined : status;
  const words = [
    environment,
    readOnly,
    alarm === undefined ? undefined : t("blocked by an alarm"),
    shownStatus,
    source,
  ];
  const limits = session?.info.limits ?? [];
  const locked = rules.readOnly && readOnlySentence(rules);
  const sentences = [state.sentence ?? profile.problem, alarm, locked, ...limits];
  return {
    label: profile.name,
    description: words.filter((word) => word !== undefined).join(" · "),
    icon: alarm === undefined ? statusIcon(state.status) : "warning",
    ...colorOfConnection(state.status, profile.environment),
    contextValue: contextValueOf("connection", [
      state.status,
      profile.source,
      ...(profile.admin === "" ? [] : ["manage"]),
      rules.readOnly ? "readOnly" : "changeable",
    ]),
    below: state.status === "disconnected" ? "collapsed" : "expanded",
    spoken: [profile.name, t("connection"), environment, readOnly, status, source]
      .filter((word) => word !== undefined)
      .join(", "),
    tooltip: {
      title: profile.name,
      sentences: sentences.filter((sentence) => sentence !== undefined),
      facts: [
        { label: t("State"), value: status },
        ...(environment === undefined ? [] : [{ label: t("Environment"), value: environment }]),
        ...(session
          ? [{ label: t("Broker"), value: [session.info.product, session.info.version].filter(Boolean).join(" ") }]
          : []),
        { label: t("Address"), value: profile.uri },
        ...(source === undefined ? [] : [{ label: t("Defined in"), value: source }]),
      ],
    },
  };
}

function nodeLook(row: NodeRow, context: LookContext): Look {
  const { node } = row;
  const detail = node.detail ?? (node.counts ? countsText(node.counts) : "");
  // Unknown is not zero, and not nothing either. A folder says how many it has once it was opened.
  const shown = detail === "" && node.live && roleOf(node) === "thing" ? "…" : detail;
  const warning = node.warning;
  return {
    label: node.name,
    description: [warning, shown].filter((word) => word !== undefined && word !== "").join(" · "),
    icon: warning === undefined ? nodeIcon(node) : "warning",
    ...(warning !== undefined && { color: "list.warningForeground" }),
    contextValue: contextValueOf(node.kind, node.verbs),
    below: belowNode(row, context),
    spoken: [node.name, kindText(node), warning, detail].filter((word) => word !== undefined && word !== "").join(", "),
    tooltip: {
      title: node.name,
      sentences: warning === undefined ? [] : [warning],
      facts: node.facts ?? (node.variant === undefined ? [] : [{ label: t("Type"), value: node.variant }]),
    },
  };
}

function belowNode(row: NodeRow, context: LookContext): Look["below"] {
  if (!row.node.expandable) return "none";
  const open = context.filtered ? roleOf(row.node) !== "thing" : context.wasOpen(row);
  return open ? "expanded" : "collapsed";
}

/** "quorum queue"; a folder is called by its name already. */
function kindText(node: Node): string {
  if (roleOf(node) === "folder") return t("folder");
  return node.variant === undefined ? node.kind : `${node.variant} ${node.kind}`;
}

function moreLook({ shown, total }: MoreRow): Look {
  const description =
    total === undefined
      ? t("{shown} shown", { shown: number(shown) })
      : t("{shown} of {total} shown", { shown: number(shown), total: number(total) });
  const label = t("Load more…");
  return {
    ...plain(label),
    description,
    icon: "ellipsis",
    contextValue: contextValueOf("more", []),
    spoken: `${label}, ${description}`,
  };
}

function sentenceLook({ sentence, severity, retry }: SentenceRow): Look {
  const icon = { info: "info", error: "error", progress: "loading~spin" }[severity];
  return {
    ...plain(sentence),
    icon,
    ...(severity === "error" && { color: "list.errorForeground" }),
    contextValue: contextValueOf("sentence", retry ? ["retry"] : []),
    spoken: retry ? t("{sentence} Press Enter to connect or try again.", { sentence }) : sentence,
  };
}

function plain(label: string): Omit<Look, "icon" | "contextValue"> {
  return { label, description: "", below: "none", spoken: label, tooltip: { title: label, sentences: [], facts: [] } };
}

/** What the menus look at: the kind, and the words that hold. */
function contextValueOf(kind: string, words: readonly string[]): string {
  return `${kind}:,${words.map((word) => `${word},`).join("")}`;
}

function statusText(status: ConnectionStatus): string {
  switch (status) {
    case "disconnected":
      return t("not connected");
    case "connecting":
      return t("connecting…");
    case "connected":
      return t("connected");
    case "reconnecting":
      return t("reconnecting…");
    case "failed":
      return t("failed");
    default:
      return status satisfies never;
  }
}

function statusIcon(status: ConnectionStatus): string {
  switch (status) {
    case "disconnected":
      return "debug-disconnect";
    case "connecting":
    case "reconnecting":
      return "loading~spin";
    case "connected":
      return "server";
    case "failed":
      return "error";
    default:
      return status satisfies never;
  }
}

function colorOfConnection(status: ConnectionStatus, environment: Environment | undefined): { color?: string } {
  if (status === "failed") return { color: "list.errorForeground" };
  return environment ? { color: environmentColor(environment) } : {};
}

function sourceText({ source }: Profile): string | undefined {
  switch (source) {
    case "saved":
      return undefined;
    case "user":
      return t("user settings");
    case "workspace":
      return t("workspace settings");
    default:
      return source satisfies never;
  }
}

/** By the finer kind first; a kind that is not known here gets a plain dot. */
function nodeIcon(node: Node): string {
  return (
    icons[`${node.kind}/${node.variant ?? ""}`] ??
    icons[node.kind] ??
    (node.expandable ? "folder" : "circle-small-filled")
  );
}

const icons: Readonly<Record<string, string>> = {
  vhost: "root-folder",
  queues: "inbox",
  exchanges: "arrow-swap",
  queue: "list-selection",
  "queue/quorum": "layers",
  "queue/stream": "pulse",
  exchange: "arrow-swap",
  "exchange/direct": "arrow-right",
  "exchange/topic": "type-hierarchy",
  "exchange/fanout": "broadcast",
  "exchange/headers": "tag",
  binding: "link",
  consumer: "plug",
  topics: "broadcast",
  topic: "broadcast",
  addresses: "type-hierarchy",
  address: "broadcast",
  "address/anycast": "arrow-right",
  "queue/multicast": "bookmark",
  "queue/dead-letters": "warning",
  subscription: "bookmark",
  streams: "pulse",
  stream: "pulse",
  lists: "list-ordered",
  list: "list-ordered",
  "list/taken": "archive",
  channels: "broadcast",
  shardChannels: "broadcast",
  channel: "broadcast",
  "channel/pattern": "regex",
  "channel/sharded": "broadcast",
  group: "organization",
  pending: "clock",
  internalTopics: "gear",
  groups: "organization",
  brokers: "server-environment",
  "topic/compacted": "key",
  partition: "list-ordered",
  member: "plug",
  position: "location",
  broker: "server",
};

function number(value: number): string {
  return value.toLocaleString("en");
}
