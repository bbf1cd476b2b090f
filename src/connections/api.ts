import { t } from "@vscode/l10n";
import type {
  Draft,
  ListOptions,
  Node,
  Page,
  Receipt,
  Session,
  Subscription,
  WatchOptions,
} from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import type { Connection, ConnectionStatus, Connections } from "./connections.ts";

/** What the extension exports. Rejections are `BrokerError`s: `kind`, and a sentence as `message`. */
export interface MqWorkbenchApi {
  readonly version: 1;
  /** Every connection that is defined, in the order of the tree. */
  connections(): readonly ConnectionSummary[];
  /** Resolves when it is connected. May ask the user for a password. */
  connect(id: string): Promise<void>;
  disconnect(id: string): Promise<void>;
  /** Children of `parent`; without one, the top level. Connects when needed, as all that follow. */
  list(id: string, parent?: Node, options?: ListOptions): Promise<Page<Node>>;
  publish(id: string, to: Node, draft: Draft): Promise<Receipt>;
  /** Deliveries are settled through the subscription. Close it when done. */
  watch(id: string, node: Node, options: WatchOptions): Promise<Subscription>;
}

export interface ConnectionSummary {
  readonly id: string;
  readonly name: string;
  readonly status: ConnectionStatus;
}

/** The API over these connections. */
export function createApi(connections: Connections): MqWorkbenchApi {
  const find = (id: string): Connection => {
    const connection = connections.get(id);
    if (!connection) throw new BrokerError("missing", t("There is no connection with the id “{id}”.", { id }));
    return connection;
  };
  const session = async (id: string): Promise<Session> => find(id).connect();
  return {
    version: 1,
    connections: () =>
      connections.all().map(({ id, profile, state }) => ({ id, name: profile.name, status: state.status })),
    connect: async (id) => {
      await session(id);
    },
    disconnect: async (id) => find(id).disconnect(),
    list: async (id, parent, options) => (await session(id)).list(parent, options),
    publish: async (id, to, draft) => (await session(id)).publish(to, draft),
    watch: async (id, node, options) => (await session(id)).watch(node, options),
  };
}
