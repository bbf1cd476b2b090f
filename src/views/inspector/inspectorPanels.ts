import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { Emitter, type Event } from "../../broker/event.ts";
import { Inspection } from "../../inspect/inspection.ts";
import { ConversationPanels } from "./conversationPanels.ts";
import { Inspector } from "./inspector.ts";
import type { InspectorDeps, InspectorRequest } from "./inspectorDeps.ts";
import { type MessageCommands, messageCommands } from "./messageCommands.ts";
import type { MessageCommandId } from "./messageCommandTable.ts";

/** All the open inspectors. What is attached is for the status bar. */
export class InspectorPanels {
  readonly #deps: InspectorDeps;
  readonly #panels = new Set<Inspector>();
  readonly #closing = new Set<Promise<void>>();
  readonly #changed = new Emitter<void>();
  /** Fires after one was opened, closed, ended or attached again. */
  readonly onDidChange: Event<void> = this.#changed.event;
  #last = 0;
  /** The one that the user turned to last. */
  #active: Inspector | undefined;
  readonly #commands: MessageCommands;
  readonly #conversations: ConversationPanels;

  constructor(deps: InspectorDeps) {
    this.#deps = deps;
    this.#conversations = new ConversationPanels(deps, this);
    this.#commands = messageCommands({
      ...deps,
      showConversation: (inspector) => {
        this.#conversations.open(inspector);
      },
    });
  }

  all(): readonly Inspector[] {
    return [...this.#panels];
  }

  get active(): Inspector | undefined {
    return this.#active;
  }

  /** Carries out a command on what is selected in the active inspector. */
  async run(id: MessageCommandId): Promise<void> {
    if (!this.#active) throw new BrokerError("invalid", t("Open an inspector and select a message first."));
    await this.#commands[id](this.#active);
  }

  /** Those that have a consumer at the broker now. */
  attached(): readonly Inspector[] {
    return this.all().filter((panel) => panel.isAttached);
  }

  /** Connects where needed, attaches, then shows the panel. @throws BrokerError when it cannot attach; then nothing is shown */
  async open(request: InspectorRequest): Promise<Inspector> {
    const { connection, node, options } = request;
    const session = await connection.connect();
    const subscription = await session.watch(node, options);
    const inspection = new Inspection({ limits: this.#deps.limits() });
    inspection.attach(subscription);
    const panel = new Inspector(this.#deps, request, inspection, session, String(++this.#last), {
      changed: () => {
        this.#changed.fire();
      },
      activated: () => {
        this.#active = panel;
      },
      closing: (done) => {
        this.#panels.delete(panel);
        if (this.#active === panel) this.#active = undefined;
        this.#closing.add(done);
        void done.finally(() => this.#closing.delete(done));
        this.#changed.fire();
      },
    });
    this.#panels.add(panel);
    this.#active = panel;
    this.#changed.fire();
    return panel;
  }

  /** Closes those of a connection that is no more. */
  async closeOf(connectionId: string): Promise<void> {
    const own = this.all().filter((panel) => panel.connectionId === connectionId);
    await Promise.all(own.map((panel) => panel.close()));
  }

  /** Closes all; resolves when the brokers have back what was not settled. */
  async dispose(): Promise<void> {
    this.#conversations.dispose();
    await Promise.all(this.all().map((panel) => panel.close()));
    await Promise.all(this.#closing);
    this.#changed.dispose();
  }
}
