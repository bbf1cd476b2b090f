/** The tree without a management API: names that the user pinned, checked by passive declaration. */
import { t } from "@vscode/l10n";
import type { ListOptions, Node, Page, Pin, Verb } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { ExactCounts, type Probed } from "./counts.ts";
import { compareNames } from "./nameCache.ts";
import { formatNodeId, parseNodeId, type NodeRef } from "./nodeId.ts";
import { defaultExchangeSentence, folderNode, isReserved, queueCountParts, sharesOut } from "./nodes.ts";
import { matcher, pageByName } from "./paging.ts";
import type { Admin, QueueRef } from "./topologyContract.ts";

export class Pinned {
  readonly #admin: Admin;
  readonly #counts: ExactCounts;
  readonly #vhost: string;
  /** Ids of folders → names. */
  readonly #names = new Map<string, Set<string>>();

  constructor(admin: Admin, vhost: string, pins: readonly Pin[]) {
    this.#admin = admin;
    this.#counts = new ExactCounts(admin);
    this.#vhost = vhost;
    for (const { parent, name } of pins) this.#namesIn(parent).add(name);
  }

  /** @param why a sentence that says why nothing can be listed */
  async list(parent: Node | undefined, { page, filter }: ListOptions, why: string): Promise<Page<Node>> {
    const ref = parent && parseNodeId(parent.id);
    if (!ref) return { items: [pinnedVhostNode(this.#vhost)], notice: why };
    const matches = matcher(filter);
    switch (ref.kind) {
      case "vhost": {
        const folders = [pinnedFolder("exchanges", ref.vhost), pinnedFolder("queues", ref.vhost)];
        return { items: folders.filter(({ name }) => matches(name)) };
      }
      case "queues":
      case "exchanges": {
        const kind = ref.kind === "queues" ? "queue" : "exchange";
        const names = this.names(kind, ref.vhost).filter((name) => matches(name));
        const rows = pageByName(
          names.map((name) => ({ name })),
          page,
          ({ name }) => name,
        );
        const own =
          kind === "exchange" && page === undefined && matches(t("(default)")) ? [defaultExchangeNode(ref.vhost)] : [];
        const items = [...own, ...(await this.#look(kind, ref.vhost, rows.items))];
        const notice = t("Only the names that you pin are shown here, each checked with the broker.");
        return { ...rows, items, notice };
      }
      case "queue":
      case "exchange":
      case "binding":
      case "consumer":
        return { items: [], notice: t("Bindings and consumers cannot be listed without the management API.") };
      default:
        return ref satisfies never;
    }
  }

  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    const now = new Map<string, Node>();
    const asked = new Map<
      string,
      { readonly kind: QueueRef["kind"]; readonly vhost: string; readonly names: string[] }
    >();
    for (const node of nodes) {
      const ref = parseNodeId(node.id);
      if (ref?.kind !== "queue" && ref?.kind !== "exchange") continue;
      if (ref.name === "") continue;
      const key = formatNodeId({ kind: ref.kind === "queue" ? "queues" : "exchanges", vhost: ref.vhost });
      const group = asked.get(key) ?? { kind: ref.kind, vhost: ref.vhost, names: [] };
      asked.set(key, group);
      group.names.push(ref.name);
    }
    for (const { kind, vhost, names } of asked.values()) {
      for (const node of await this.#look(kind, vhost, names)) now.set(node.id, node);
    }
    return nodes.map((node) => now.get(node.id) ?? node);
  }

  /** Sorted. */
  names(kind: QueueRef["kind"], vhost: string): readonly string[] {
    const parent = formatNodeId({ kind: kind === "queue" ? "queues" : "exchanges", vhost });
    return [...(this.#names.get(parent) ?? [])].sort(compareNames);
  }

  /** Rejects with `missing` when the broker does not know it. */
  async pin(folder: Extract<NodeRef, { kind: "queues" | "exchanges" }>, name: string): Promise<Node> {
    const kind = folder.kind === "queues" ? "queue" : "exchange";
    const [node] = await this.#look(kind, folder.vhost, [name]);
    if (!node || node.warning !== undefined) {
      const sentence =
        kind === "queue"
          ? t("There is no queue “{name}” in the virtual host “{vhost}”.", { name, vhost: folder.vhost })
          : t("There is no exchange “{name}” in the virtual host “{vhost}”.", { name, vhost: folder.vhost });
      throw new BrokerError("missing", sentence, { field: "name" });
    }
    this.add(kind, folder.vhost, name);
    return node;
  }

  add(kind: QueueRef["kind"], vhost: string, name: string): void {
    this.#namesIn(formatNodeId({ kind: kind === "queue" ? "queues" : "exchanges", vhost })).add(name);
  }

  remove(kind: QueueRef["kind"], vhost: string, name: string): void {
    this.#names.get(formatNodeId({ kind: kind === "queue" ? "queues" : "exchanges", vhost }))?.delete(name);
  }

  /** The current counts, unknown ones absent. */
  async look(ref: QueueRef): Promise<Node | undefined> {
    return (await this.#look(ref.kind, ref.vhost, [ref.name]))[0];
  }

  async #look(kind: QueueRef["kind"], vhost: string, names: readonly string[]): Promise<readonly Node[]> {
    if (kind === "queue") {
      const found = await this.#counts.probe(vhost, names);
      return names.map((name) => pinnedQueueNode(vhost, name, found.get(name)));
    }
    return Promise.all(
      names.map(async (name) => {
        const problem = await this.#checkExchange(vhost, name);
        return pinnedExchangeNode(vhost, name, problem);
      }),
    );
  }

  async #checkExchange(vhost: string, name: string): Promise<BrokerError | undefined> {
    try {
      await this.#admin.withScratchChannel(vhost, (channel) => channel.checkExchange(name));
      return undefined;
    } catch (error) {
      return error instanceof BrokerError ? error : new BrokerError("closed", t("The broker did not answer."));
    }
  }

  #namesIn(parent: string): Set<string> {
    const names = this.#names.get(parent) ?? new Set();
    this.#names.set(parent, names);
    return names;
  }
}

function pinnedVhostNode(vhost: string): Node {
  return {
    id: formatNodeId({ kind: "vhost", vhost }),
    kind: "vhost",
    name: vhost,
    verbs: ["create"],
    expandable: true,
  };
}

function pinnedFolder(kind: "queues" | "exchanges", vhost: string): Node {
  return folderNode(kind, vhost, undefined, ["create", "pin"]);
}

function pinnedQueueNode(vhost: string, name: string, found: Probed | BrokerError | undefined): Node {
  const id = formatNodeId({ kind: "queue", vhost, name });
  const common = { id, kind: "queue", name, expandable: false, live: true } as const;
  if (found instanceof BrokerError) return { ...common, ...problemOf(found), verbs: ["unpin"] };
  const verbs: readonly Verb[] = ["publish", "browse", "consume", "bind", "purge", "delete", "unpin"];
  if (!found) return { ...common, verbs };
  const counts = { ready: found.ready, consumers: found.consumers };
  return { ...common, counts, detail: queueCountParts(counts, true).join(" · "), verbs };
}

function pinnedExchangeNode(vhost: string, name: string, problem: BrokerError | undefined): Node {
  const id = formatNodeId({ kind: "exchange", vhost, name });
  const common = { id, kind: "exchange", name, expandable: false, live: true } as const;
  if (problem) return { ...common, ...problemOf(problem), verbs: ["unpin"] };
  const variant = builtInTypes[name];
  const verbs: Verb[] = name === "amq.rabbitmq.trace" ? [] : ["publish"];
  if (!sharesOut(variant)) verbs.push("tap");
  verbs.push("bind");
  if (!isReserved(name)) verbs.push("delete");
  verbs.push("unpin");
  return { ...common, ...(variant === undefined ? {} : { variant, detail: variant }), verbs };
}

function defaultExchangeNode(vhost: string): Node {
  return {
    id: formatNodeId({ kind: "exchange", vhost, name: "" }),
    kind: "exchange",
    variant: "direct",
    name: t("(default)"),
    facts: [{ label: t("About"), value: defaultExchangeSentence() }],
    verbs: ["publish"],
    expandable: false,
  };
}

function problemOf(error: BrokerError): Pick<Node, "warning" | "facts"> {
  const warning = error.kind === "missing" ? t("missing") : error.kind === "denied" ? t("not permitted") : t("unknown");
  return { warning, facts: [{ label: t("Problem"), value: error.message }] };
}

/** Exchanges that every broker has. */
const builtInTypes: Readonly<Record<string, string>> = {
  "amq.direct": "direct",
  "amq.fanout": "fanout",
  "amq.topic": "topic",
  "amq.headers": "headers",
  "amq.match": "headers",
  "amq.rabbitmq.trace": "topic",
};
