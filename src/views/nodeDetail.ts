import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { Node } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import type { NodeRef } from "../commands/deps.ts";
import type { Connection, Connections } from "../connections/connections.ts";

const scheme = "mq-details";

/** Read-only documents with all that is known of a node. */
export class NodeDetails implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #connections: Connections;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;
  readonly #nodes = new Map<string, { readonly connection: Connection; node: Node }>();
  readonly onDidChange = this.#changed.event;

  constructor(connections: Connections) {
    this.#connections = connections;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  /** Opens the document, as of now. */
  async show({ connectionId, node }: NodeRef): Promise<void> {
    const connection = this.#connections.get(connectionId);
    if (!connection) throw new BrokerError("missing", t("This connection was removed. Refresh the tree."));
    const name = node.name.replaceAll(/[/\\?#%]/g, "_") || node.kind;
    const query = new URLSearchParams({ connection: connectionId, node: node.id }).toString();
    const uri = vscode.Uri.from({ scheme, path: `/${connection.profile.name}/${name}.md`, query });
    this.#nodes.set(uri.toString(), { connection, node });
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const known = this.#nodes.get(uri.toString());
    if (!known) return t("This document is from an earlier session. Run Show Details again.");
    const session = known.connection.session;
    const [now] = session && known.node.live ? await session.refresh([known.node]) : [known.node];
    if (now) known.node = now;
    return detailText(known.node, known.connection.profile.name, now !== undefined);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

function detailText(node: Node, connection: string, there: boolean): string {
  const kind = node.variant === undefined ? node.kind : `${node.variant} ${node.kind}`;
  const facts = (node.facts ?? []).map(({ label, value }) => `- ${label}: ${value}`);
  return [
    `# ${node.name}`,
    "",
    `- ${t("Kind")}: ${kind}`,
    `- ${t("Connection")}: ${connection}`,
    ...(there ? [] : [`- ${t("It is gone from the broker. This is what was known.")}`]),
    ...(node.warning === undefined ? [] : [`- ${t("Warning")}: ${node.warning}`]),
    ...facts,
    "",
  ].join("\n");
}
