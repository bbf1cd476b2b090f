import { t } from "@vscode/l10n";
import type {
  Draft,
  Effect,
  ListOptions,
  Node,
  Page,
  Receipt,
  Session,
  Subscription,
  Verb,
  WatchOptions,
} from "../broker/contract.ts";
import type { Environment } from "../broker/environment.ts";
import { BrokerError } from "../broker/errors.ts";
import type { Values } from "../broker/form.ts";
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
  /**
   * What doing this will change, in sentences: to be shown before it is done. Nothing else asks the user on this way; what
   * the connection's guard wants asked is refused without `consent` in the options of `watch`, and in `settle`.
   */
  effects(id: string, node: Node, verb: Verb, values?: Values): Promise<readonly Effect[]>;
  /** Refused with `denied` where the connection is read-only. */
  publish(id: string, to: Node, draft: Draft): Promise<Receipt>;
  /** Deliveries are settled through the subscription. Close it when done. */
  watch(id: string, node: Node, options: WatchOptions): Promise<Subscription>;
}

export interface ConnectionSummary {
  readonly id: string;
  readonly name: string;
  readonly status: ConnectionStatus;
  readonly environment?: Environment;
  /** Whether everything but taps and looks without a trace is refused. */
  readonly readOnly: boolean;
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
      connections.all().map(({ id, profile: { name, environment }, state, rules }) => ({
        id,
        name,
        status: state.status,
        ...(environment && { environment }),
        readOnly: rules.readOnly !== undefined,
      })),
    connect: async (id) => {
      await session(id);
    },
    disconnect: async (id) => find(id).disconnect(),
    list: async (id, parent, options) => (await session(id)).list(parent, options),
    effects: async (id, node, verb, values) => (await session(id)).effects(node, verb, values),
    publish: async (id, to, draft) => (await session(id)).publish(to, draft),
    watch: async (id, node, options) => (await session(id)).watch(node, options),
  };
}
