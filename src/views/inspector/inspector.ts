/** An inspector's panel: one page, one inspection and one subscription, of which none outlives the others. */
import { t } from "@vscode/l10n";
import type * as vscode from "vscode";
import type { Consent, Effect, HeldOutcome, Node, Session } from "../../broker/contract.ts";
import type { Environment } from "../../broker/environment.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Disposable } from "../../broker/event.ts";
import type { Prompts } from "../../commands/prompts.ts";
import type { DecodeOptions } from "../../inspect/decode/decodeBody.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import type { ColumnLayout } from "../../protocol/columns.ts";
import type { ConnectionBadge } from "../../protocol/common.ts";
import type { InspectorState, SelectedMessages, Summary } from "../../protocol/inspector.ts";
import { badgeOf } from "../badge.ts";
import { openPage } from "../page.ts";
import { BodyHandlers } from "./bodyHandlers.ts";
import { ColumnHandlers } from "./columnHandlers.ts";
import { filterHandlers } from "./filterHandlers.ts";
import type { InspectorDeps, InspectorRequest, PanelOwner } from "./inspectorDeps.ts";
import { InspectorPage } from "./inspectorPage.ts";
import { inspectorState } from "./inspectorState.ts";
import { listHandlers } from "./listHandlers.ts";
import { keptBody, MessageHandlers, type MessagePart } from "./messageHandlers.ts";
import { Reattaching } from "./reattaching.ts";
import { SettleHandlers } from "./settleHandlers.ts";
import { modeIcons, modeWord } from "./watchModes.ts";

export class Inspector {
  readonly #deps: InspectorDeps;
  readonly #request: InspectorRequest;
  readonly #inspection: Inspection;
  readonly #owner: PanelOwner;
  readonly #id: string;
  readonly #panel: vscode.WebviewPanel;
  readonly #page: InspectorPage;
  readonly #reattaching: Reattaching;
  readonly #bodies: BodyHandlers;
  readonly #columns: ColumnHandlers;
  readonly #messages: MessageHandlers;
  readonly #settling: SettleHandlers;
  readonly #listening: readonly Disposable[];
  /** What looking does to others, as it was said last. */
  #effects: readonly Effect[];
  #wasAttached = true;
  #closed: Promise<void> | undefined;
  readonly #keyLabel: string | undefined;

  constructor(
    deps: InspectorDeps,
    request: InspectorRequest,
    inspection: Inspection,
    session: Session,
    id: string,
    owner: PanelOwner,
  ) {
    this.#deps = deps;
    this.#request = request;
    this.#inspection = inspection;
    this.#id = id;
    this.#owner = owner;
    const { connection, node, options } = request;
    this.#columns = new ColumnHandlers(inspection, deps.columns.of(connection.id, node.id));
    const { panel, port } = openPage(deps.extensionUri, {
      page: "inspector",
      title: t("{name} — {mode}", { name: node.name, mode: this.mode }),
      icon: modeIcons[options.mode],
      environment: this.environment,
    });
    this.#panel = panel;
    deps.follow(panel, connection.id);
    const changed = (): void => {
      this.#page.changed();
    };
    this.#effects = request.effects;
    const agrees = (now: Session): Promise<Consent | undefined> => this.#agrees(now);
    this.#reattaching = new Reattaching({ request, inspection, session, log: deps.log, agrees, changed });
    const source = { connection: connection.id, node: node.id, read: (seq: number) => keptBody(inspection, seq) };
    this.#bodies = new BodyHandlers(source, deps.bodyChoices, deps.schemas);
    this.#messages = new MessageHandlers(deps, {
      id,
      connectionId: connection.id,
      node,
      inspection,
      decodeOptions: () => this.#bodies.options,
    });
    this.#settling = new SettleHandlers({
      inspection,
      title: node.name,
      isProduction: () => this.environment === "production",
      keep: (what, seqs) => this.keep(what, seqs),
      prompts: deps.prompts,
      confirm: (question) => this.#confirm(question),
      settled: () => {
        deps.settled();
      },
    });
    this.#page = new InspectorPage(port, () => this.#state(), {
      ...listHandlers(inspection),
      ...filterHandlers(inspection, deps.savedFilters),
      ...this.#columns.handlers,
      detail: ({ seq }) => inspection.reader.detail(seq, (body, claims) => this.#bodies.view(seq, body, claims)),
      ...this.#bodies.handlers,
      ...this.#messages.handlers,
      ...this.#settling.handlers,
      reattach: () => this.#reattaching.attach(),
    });
    this.#listening = [
      inspection.onDidChange(() => {
        this.#onChange();
      }),
      connection.onDidChange(() => {
        this.#onConnection();
      }),
      panel.onDidChangeViewState(() => {
        this.#page.setVisible(panel.visible);
        if (panel.active) owner.activated();
      }),
      panel.onDidDispose(() => void this.close()),
    ];
    this.#keyLabel = session.info.keyLabel;
  }

  /** Unique among the inspectors of this window. */
  get id(): string {
    return this.#id;
  }

  /** "orders.created" */
  get title(): string {
    return this.#request.node.name;
  }

  /** "Tap", "Consume" */
  get mode(): string {
    return modeWord(this.#request.options.mode);
  }

  /** The connection's name. */
  get connection(): string {
    return this.#request.connection.profile.name;
  }

  get connectionId(): string {
    return this.#request.connection.id;
  }

  get badge(): ConnectionBadge {
    return badgeOf(this.#request.connection);
  }

  get environment(): Environment | undefined {
    return this.#request.connection.profile.environment;
  }

  get isAttached(): boolean {
    return this.#inspection.ended === undefined;
  }

  get summary(): Summary {
    return this.#inspection.summary;
  }

  get node(): Node {
    return this.#request.node;
  }

  get inspection(): Inspection {
    return this.#inspection;
  }

  /** How the list looks. */
  get layout(): ColumnLayout {
    return this.#columns.layout;
  }

  /** What is selected in the page. */
  get selected(): SelectedMessages {
    return this.#messages.selected;
  }

  /** How its bodies are read: what the user decided for this source, and the schemas. */
  get decodeOptions(): DecodeOptions {
    return this.#bodies.options;
  }

  /** Opens the body of the current message in an editor. */
  async openCurrent(): Promise<void> {
    await this.#messages.openBody(this.#messages.current);
  }

  /** Opens the current message as a new draft. */
  async editCurrent(): Promise<void> {
    await this.#messages.resend(this.#messages.current);
  }

  /** Copies a part of the current message as text. */
  async copyCurrent(part: MessagePart): Promise<void> {
    await this.#messages.copy(this.#messages.current, part);
  }

  /** The session of its connection, connecting where needed. @throws BrokerError */
  connect(): Promise<Session> {
    return this.#request.connection.connect();
  }

  /** Writes them into the undo journal. @returns false when the user changed their mind */
  async keep(what: "ack" | "reject" | "remove" | "move", seqs: readonly number[]): Promise<boolean> {
    const { journalKept } = await import("../../commands/journalKept.ts");
    const kept = this.inspection.log;
    return journalKept({
      journal: this.#deps.journal,
      what,
      connection: { id: this.connectionId, name: this.connection },
      node: this.node,
      count: seqs.filter((seq) => kept.slot(seq) >= 0).length,
      messages: this.inspection.messages({ what: "these", seqs }),
      confirm: (question) => this.#confirm(question),
    });
  }

  /** Settles what is selected, and tells what became of it. @throws BrokerError */
  settleSelected(outcome: HeldOutcome): Promise<void> {
    return this.#settling.settleSelected(this, outcome);
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Reveals the panel and brings the user to a message. @throws BrokerError `missing` when it is no longer kept */
  show(seq: number): void {
    if (this.#inspection.log.slot(seq) < 0)
      throw new BrokerError("missing", t("This message is no longer kept: newer ones took its place."));
    this.#panel.reveal();
    this.#page.goTo(seq);
  }

  /** Closes the panel too. */
  detach(): void {
    void this.close();
  }

  /** Gives back what is not settled, ends the consumer, frees what was kept. Never rejects. */
  close(): Promise<void> {
    if (this.#closed) return this.#closed;
    for (const listening of this.#listening) listening.dispose();
    this.#page.close();
    this.#bodies.close();
    this.#reattaching.close();
    this.#closed = this.#inspection.close();
    this.#owner.closing(this.#closed);
    this.#panel.dispose();
    return this.#closed;
  }

  /** Something in the log or in the subscription changed. */
  #onChange(): void {
    this.#page.changed();
    if (this.isAttached === this.#wasAttached) return;
    this.#wasAttached = this.isAttached;
    this.#owner.changed();
    this.#onConnection();
  }

  #onConnection(): void {
    this.#page.changed();
    this.#reattaching.resume();
  }

  #state(): InspectorState {
    return inspectorState({
      request: { ...this.#request, effects: this.#effects },
      inspection: this.#inspection,
      layout: this.#columns.layout,
      keyLabel: this.#keyLabel,
      problem: this.#reattaching.problem,
      waiting: this.#reattaching.waiting,
    });
  }

  /** Before looking goes on by hand. */
  async #agrees(session: Session): Promise<Consent | undefined> {
    const { connection, node, options } = this.#request;
    const { mode, values } = options;
    const effects = await session.effects(node, mode, values);
    this.#effects = effects;
    this.#page.changed();
    const { agreesAgain } = await import("../../commands/watchNode.ts");
    return agreesAgain({ prompts: this.#deps.prompts }, connection, { node, mode, effects });
  }

  /** The keys work on in the page after the dialog: VS Code leaves the focus outside of it. */
  async #confirm(question: Parameters<Prompts["confirm"]>[0]): Promise<boolean> {
    const agreed = await this.#deps.prompts.confirm(question);
    if (!this.#closed && this.#panel.visible) this.#panel.reveal();
    return agreed;
  }
}
