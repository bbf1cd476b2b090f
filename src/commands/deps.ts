import { t } from "@vscode/l10n";
import type { Node } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import type { Connection, Connections } from "../connections/connections.ts";
import type { DriverRegistry } from "../connections/driverRegistry.ts";
import type { ProfileSource } from "../connections/profile.ts";
import type { Profiles } from "../connections/profiles.ts";
import type { SecretVault } from "../connections/secretVault.ts";
import type { Journal } from "../journal/journal.ts";
import type { Prompts } from "./prompts.ts";

/** What the commands about connections work with. */
export interface ConnectionDeps {
  readonly prompts: Prompts;
  readonly profiles: Profiles;
  readonly connections: Connections;
  readonly vault: SecretVault;
  readonly drivers: DriverRegistry;
  /** Shows the setting `mq.connections` of the user or the workspace. */
  openSettings(source: Exclude<ProfileSource, "saved">): unknown;
}

/** What the commands about nodes work with. */
export interface NodeDeps {
  readonly prompts: Prompts;
  readonly connections: Connections;
  /** Absent = what is taken away cannot be brought back. */
  readonly journal?: Journal;
}

/** A node of the tree and the connection that it belongs to. */
export interface NodeRef {
  readonly connectionId: string;
  readonly node: Node;
  /** What it stands under in the tree, where that is known. */
  readonly parent?: Node | undefined;
}

/** @throws BrokerError `missing` when it was removed meanwhile */
export function connectionOf(deps: Pick<NodeDeps, "connections">, id: string): Connection {
  const connection = deps.connections.get(id);
  if (!connection) throw new BrokerError("missing", t("This connection was removed. Refresh the tree."));
  return connection;
}
