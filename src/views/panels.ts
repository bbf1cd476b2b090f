import { t } from "@vscode/l10n";
import type * as vscode from "vscode";
import type { Draft, Node } from "../broker/contract.ts";
import { type Disposable, Emitter } from "../broker/event.ts";
import type { DraftHistory } from "../commands/draftHistory.ts";
import type { FileDialogs } from "../commands/fileDialogs.ts";
import type { Prompts } from "../commands/prompts.ts";
import type { PublishEditor } from "../commands/publishEditor.ts";
import type { WatchRequest } from "../commands/watchNode.ts";
import type { Connection, Connections } from "../connections/connections.ts";
import { refusalOf } from "../connections/guardRules.ts";
import type { DriverRegistry } from "../connections/driverRegistry.ts";
import type { ProfileSource } from "../connections/profile.ts";
import type { Journal } from "../journal/journal.ts";
import type { DraftText } from "../protocol/publish.ts";
import type { FollowPanel } from "./activeConnection.ts";
import type { InspectorPanels } from "./inspector/inspectorPanels.ts";
import type { MessageCommandId } from "./inspector/messageCommandTable.ts";
import type { Log } from "./log.ts";
import { pickTarget } from "./pickTarget.ts";
import type { PublishPanels } from "./publishPanel.ts";
import type { Settings } from "./settings.ts";
import type { AttachedConsumer, ConsumersSource } from "./statusBar.ts";

export interface PanelsDeps {
  readonly extensionUri: vscode.Uri;
  readonly connections: Connections;
  readonly drivers: DriverRegistry;
  readonly prompts: Prompts;
  readonly files: FileDialogs;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly history: DraftHistory;
  /** What is kept for this workspace. */
  readonly workspaceState: Pick<vscode.Memento, "get" | "update">;
  readonly log: Log;
  /** Notices when the user turns to a panel. */
  readonly follow: FollowPanel;
  /** Asks the broker anew for the counts in view. */
  refreshCounts(): void;
}

/** The panels of messages, loaded when the first one is opened: most windows never open one. */
export class Panels implements ConsumersSource {
  readonly #deps: PanelsDeps;
  readonly #changed = new Emitter<void>();
  readonly #listening: Disposable;
  #inspectors: Promise<InspectorPanels> | undefined;
  #publishers: Promise<PublishPanels> | undefined;
  #editor: Promise<PublishEditor> | undefined;
  #loaded: InspectorPanels | undefined;
  #services: Disposable | undefined;
  #closed = false;
  #known: ReadonlyMap<string, ProfileSource>;
  readonly onDidChange = this.#changed.event;

  constructor(deps: PanelsDeps) {
    this.#deps = deps;
    this.#known = sources(deps.connections);
    this.#listening = deps.connections.onDidChange((connection) => {
      if (!connection) this.#closeRemoved();
    });
  }

  attached(): readonly AttachedConsumer[] {
    return this.#loaded?.attached() ?? [];
  }

  async openInspector(connection: Connection, { node, options, effects }: WatchRequest): Promise<void> {
    const inspectors = await this.#loadInspectors();
    await inspectors.open({ connection, node, options, effects });
  }

  /** A command on the messages of the inspector that was used last. */
  async runOnMessages(id: MessageCommandId): Promise<void> {
    await (await this.#loadInspectors()).run(id);
  }

  /** @throws BrokerError `denied` where the connection is read-only */
  async openPublisher(connection: Connection, node: Node, draft?: DraftText | Draft): Promise<void> {
    const refusal = refusalOf("publish", connection.rules);
    if (refusal) throw refusal;
    const publishers = await this.#loadPublishers();
    await publishers.open({ connection, node, ...(draft && { draft }) });
  }

  publishEditor(): Promise<PublishEditor> {
    this.#editor ??= (async () => {
      const { PublishEditor } = await import("../commands/publishEditor.ts");
      const { prompts, connections, history } = this.#deps;
      return new PublishEditor({
        prompts,
        connections,
        history,
        pickTarget: (connection) => this.#pickPublishTarget(connection),
        openDraft: (connection, node, draft) => this.openPublisher(connection, node, draft),
      });
    })();
    return this.#editor;
  }

  /** Closes every panel; resolves when the brokers have back what was not settled. */
  async dispose(): Promise<void> {
    this.#closed = true;
    this.#listening.dispose();
    const [inspectors, publishers] = await Promise.all([this.#inspectors, this.#publishers]);
    publishers?.dispose();
    await inspectors?.dispose();
    this.#services?.dispose();
    this.#changed.dispose();
  }

  #loadInspectors(): Promise<InspectorPanels> {
    this.#inspectors ??= (async () => {
      const [{ InspectorPanels }, { inspectorServices }] = await Promise.all([
        import("./inspector/inspectorPanels.ts"),
        import("./inspector/inspectorServices.ts"),
      ]);
      const { extensionUri, prompts, files, log, settings, connections, drivers, journal, workspaceState, follow } =
        this.#deps;
      const services = inspectorServices(workspaceState);
      this.#services = services;
      const inspectors = new InspectorPanels({
        ...services,
        extensionUri,
        prompts,
        files,
        connections,
        drivers,
        journal,
        follow,
        log,
        settled: () => {
          this.#deps.refreshCounts();
        },
        limits: () => {
          const { maxMessages, maxBytes } = settings.inspector();
          return { messages: maxMessages, bytes: maxBytes };
        },
        publish: async (connectionId, { draft }, node) => {
          const connection = connections.get(connectionId);
          const target = connection && (await this.#resendTarget(connection, node));
          if (connection && target) await this.openPublisher(connection, target, draft);
        },
      });
      inspectors.onDidChange(() => {
        if (!this.#closed) this.#changed.fire();
      });
      this.#loaded = inspectors;
      return inspectors;
    })();
    return this.#inspectors;
  }

  #loadPublishers(): Promise<PublishPanels> {
    this.#publishers ??= (async () => {
      const { PublishPanels } = await import("./publishPanel.ts");
      const { extensionUri, prompts, history, log, follow } = this.#deps;
      return new PublishPanels({
        extensionUri,
        prompts,
        history,
        log,
        follow,
        pickTarget: (connection) => this.#pickPublishTarget(connection),
      });
    })();
    return this.#publishers;
  }

  /** What a message was seen in, where one can publish there. */
  async #resendTarget(connection: Connection, node: Node): Promise<Node | undefined> {
    return node.verbs.includes("publish") ? node : this.#pickPublishTarget(connection);
  }

  async #pickPublishTarget(connection: Connection): Promise<Node | undefined> {
    const fits = (node: Node): boolean => node.verbs.includes("publish");
    return (await pickTarget(this.#deps, { title: t("Publish"), fits, connection }))?.node;
  }

  /** A connection that was removed takes its panels along, and its drafts unless a setting may bring it back. */
  #closeRemoved(): void {
    const left = sources(this.#deps.connections);
    for (const [id, source] of this.#known) if (!left.has(id)) void this.#close(id, source);
    this.#known = left;
  }

  async #close(connectionId: string, source: ProfileSource): Promise<void> {
    await this.#loaded?.closeOf(connectionId);
    (await this.#publishers)?.closeOf(connectionId);
    if (source === "saved") this.#deps.history.clear(connectionId);
  }
}

function sources(connections: Connections): ReadonlyMap<string, ProfileSource> {
  return new Map(connections.all().map(({ id, profile }) => [id, profile.source]));
}
