/** A tree over a broker that is a plain list, with a count of what it was asked. */
import type { Address, Driver, ListOptions, Node, Page, Session } from "../../src/broker/contract.ts";
import { BrokerError } from "../../src/broker/errors.ts";
import { Emitter } from "../../src/broker/event.ts";
import { Connections } from "../../src/connections/connections.ts";
import type { Connection } from "../../src/connections/connections.ts";
import { Profiles } from "../../src/connections/profiles.ts";
import type { Profile } from "../../src/connections/profile.ts";
import { SecretVault } from "../../src/connections/secretVault.ts";
import { TreeModel } from "../../src/views/treeModel.ts";
import type { TreeRow } from "../../src/views/treeRows.ts";
import { FakeMemento, FakeSecretStore, FakeSettings, savedProfile } from "./connectionBench.ts";

export interface PlainQueue {
  readonly name: string;
  ready: number;
  consumers: number;
}

/** Two vhosts, `/` with queues and `empty` without. Lists are pages of 100; `a` has bindings. */
export class PlainBroker {
  queues: PlainQueue[] = [];
  listed: { readonly parent: string; readonly options: ListOptions }[] = [];
  refreshed: string[][] = [];
  failure: string | undefined;
  readonly closed = new Emitter<BrokerError | undefined>();
  readonly blocked = new Emitter<string | undefined>();

  constructor(names: readonly string[]) {
    this.queues = names.map((name) => ({ name, ready: 0, consumers: 0 }));
  }

  async list(parent: Node | undefined, options: ListOptions = {}): Promise<Page<Node>> {
    this.listed.push({ parent: parent?.id ?? "", options });
    await Promise.resolve();
    if (this.failure !== undefined) throw new BrokerError("unreachable", this.failure);
    if (!parent)
      return {
        items: ["/", "empty"].map((name) => ({
          id: `v:${name}`,
          kind: "vhost",
          name,
          verbs: ["create"],
          expandable: true,
        })),
      };
    if (parent.kind === "vhost")
      return {
        items: [{ id: `f:${parent.name}`, kind: "queues", name: "Queues", verbs: ["create"], expandable: true }],
      };
    if (parent.kind === "queue")
      return {
        items: [{ id: `b:${parent.name}`, kind: "binding", name: "amq.topic", verbs: ["delete"], expandable: false }],
      };
    const filter = (options.filter ?? "").toLowerCase();
    const all = parent.id === "f:/" ? this.queues.filter(({ name }) => name.toLowerCase().includes(filter)) : [];
    const sorted = options.sort === "depth" ? all.toSorted((a, b) => b.ready - a.ready) : all;
    const from = Number(options.page ?? 0);
    const next = from + 100 < sorted.length ? { next: String(from + 100) } : {};
    return {
      items: sorted.slice(from, from + 100).map((queue) => this.node(queue, false)),
      total: sorted.length,
      ...next,
    };
  }

  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    this.refreshed.push(nodes.map(({ name }) => name));
    await Promise.resolve();
    return nodes.flatMap((node) => {
      const queue = this.queues.find(({ name }) => name === node.name);
      return queue ? [this.node(queue, true)] : [];
    });
  }

  node({ name, ready, consumers }: PlainQueue, counted: boolean): Node {
    return {
      id: `q:${name}`,
      kind: "queue",
      variant: "classic",
      name,
      ...(counted && { detail: `${String(ready)} ready`, counts: { ready, consumers } }),
      verbs: ["publish", "tap", "browse", "consume", "purge", "delete"],
      expandable: true,
      live: true,
    };
  }
}

export interface TreeBench {
  readonly broker: PlainBroker;
  readonly connections: Connections;
  readonly connection: Connection;
  readonly model: TreeModel;
  /** The ids of changed rows, one list for each time; "*" = everything. */
  readonly changes: (readonly string[] | "*")[];
  /** The rows below the row at this path of names. */
  open(...names: string[]): Promise<readonly TreeRow[]>;
  row(...names: string[]): Promise<TreeRow>;
  dispose(): Promise<void>;
}

export async function makeTree(names: readonly string[], profile: Partial<Profile> = {}): Promise<TreeBench> {
  const broker = new PlainBroker(names);
  const memento = new FakeMemento();
  const profiles = new Profiles({ memento, settings: new FakeSettings(), env: {} });
  await profiles.save(savedProfile({ uri: "plain://localhost", ...profile }));
  const driver = {
    label: "Plain",
    parse: (uri: string): Address => ({ uri, name: "here", secure: false, loopback: true }),
    connect: async () => {
      if (broker.failure !== undefined) throw new BrokerError("refused", broker.failure);
      return {
        info: { product: "Plain", version: "1", limits: [] },
        onDidClose: broker.closed.event,
        onDidBlock: broker.blocked.event,
        list: (parent, options) => broker.list(parent, options),
        refresh: (nodes) => broker.refresh(nodes),
        close: async () => undefined,
      } satisfies Partial<Session> as unknown as Session;
    },
  } satisfies Partial<Driver> as unknown as Driver;
  const connections = new Connections({
    profiles,
    vault: new SecretVault(new FakeSecretStore()),
    drivers: { plain: async () => driver },
    askPassword: async () => undefined,
    readFile: async () => "",
    setTimer: () => ({ dispose: () => undefined }),
  });
  const [connection] = connections.all();
  if (!connection) throw new Error("no connection");
  const model = new TreeModel(connections);
  const changes: TreeBench["changes"] = [];
  model.onDidChange((rows) => changes.push(rows ? rows.map(({ id }) => id) : "*"));
  const row = async (...path: string[]): Promise<TreeRow> => {
    let found: TreeRow | undefined;
    for (const name of path) {
      const rows = await model.children(found);
      found = rows.find((each) => nameOf(each) === name);
      if (!found) throw new Error(`no row ${name} among ${rows.map(nameOf).join(", ")}`);
    }
    if (!found) throw new Error("no path");
    return found;
  };
  return {
    broker,
    connections,
    connection,
    model,
    changes,
    row,
    open: async (...path) => model.children(path.length === 0 ? undefined : await row(...path)),
    dispose: async () => {
      model.dispose();
      await connections.dispose();
      profiles.dispose();
    },
  };
}

export function nameOf(row: TreeRow): string {
  switch (row.type) {
    case "connection":
      return row.connection.profile.name;
    case "node":
      return row.node.name;
    case "more":
      return "Load more…";
    default:
      return row.sentence;
  }
}
