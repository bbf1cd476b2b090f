/** An inspector's panel: one page, one inspection and one subscription, of which none outlives the others. */
import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { Effect, Node, Outcome, Session, WatchMode, WatchOptions } from "../../broker/contract.ts";
import type { Environment } from "../../broker/environment.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import type { Disposable } from "../../broker/event.ts";
import type { FileDialogs } from "../../commands/fileDialogs.ts";
import type { Prompts } from "../../commands/prompts.ts";
import type { Connection, Connections } from "../../connections/connections.ts";
import type { DriverRegistry } from "../../connections/driverRegistry.ts";
import { ChangeNotifier } from "../../inspect/changeNotifier.ts";
import { type BodyClaims, type DecodeOptions, wholeText } from "../../inspect/decode/decodeBody.ts";
import type { SchemaSource } from "../../inspect/decode/schemas.ts";
import type { Copy, Inspection } from "../../inspect/inspection.ts";
import { headersText, messageJson } from "../../inspect/messageDocument.ts";
import type {
  InspectorHostCalls,
  InspectorState,
  InspectorViewCalls,
  SelectedMessages,
  SettleRequest,
  Summary,
} from "../../protocol/inspector.ts";
import { checkedLayout, type ColumnLayout } from "../../protocol/columns.ts";
import { Peer } from "../../protocol/peer.ts";
import type { MessageDocuments } from "../documents.ts";
import { openPage } from "../page.ts";
import { keptMessage, pendingOf, selectedSeqs } from "./selectedSeqs.ts";
import type { ColumnsMemory, SourceColumns } from "./columnsMemory.ts";
import type { BodyChoices } from "./bodyChoices.ts";
import { BodyHandlers } from "./bodyHandlers.ts";
import type { SavedFilters } from "./savedFilters.ts";
import { SettleConsent } from "./settleConsent.ts";

export interface InspectorDeps {
  readonly extensionUri: vscode.Uri;
  readonly documents: MessageDocuments;
  readonly savedFilters: SavedFilters;
  readonly bodyChoices: BodyChoices;
  readonly schemas: SchemaSource;
  readonly columns: ColumnsMemory;
  readonly prompts: Prompts;
  readonly files: FileDialogs;
  readonly connections: Connections;
  readonly drivers: DriverRegistry;
  readonly log: Pick<vscode.LogOutputChannel, "error">;
  /** How much one inspector keeps: messages, and bytes of bodies. */
  limits(): { readonly messages: number; readonly bytes: number };
  /** Opens the publish panel with this draft; `node` is what the message was seen in, `copy.origin` its exchange. */
  publish(connectionId: string, copy: Copy, node: Node): unknown;
  /** Something was settled: what the tree counts is another number now. */
  settled(): void;
}

/** What to look at, and how. */
export interface InspectorRequest {
  readonly connection: Connection;
  readonly node: Node;
  readonly options: WatchOptions;
  /** What this does to others. */
  readonly effects: readonly Effect[];
}

/** What a panel tells the one who made it. */
export interface PanelOwner {
  changed(): void;
  /** The user turned to it. */
  activated(): void;
  closing(done: Promise<void>): void;
}

export class Inspector {
  readonly #deps: InspectorDeps;
  readonly #request: InspectorRequest;
  readonly #inspection: Inspection;
  readonly #owner: PanelOwner;
  readonly #id: string;
  readonly #panel: vscode.WebviewPanel;
  readonly #peer: Peer<InspectorHostCalls, InspectorViewCalls>;
  readonly #notifier: ChangeNotifier;
  readonly #bodies: BodyHandlers;
  readonly #listening: readonly Disposable[];
  /** Where the present subscription came from. */
  #session: Session;
  #attaching: Promise<void> | undefined;
  /** Why attaching again by itself failed; who asks for it is told. */
  #problem: string | undefined;
  /** What the page was told besides its summary. */
  #told = "";
  #wasAttached = true;
  #closed: Promise<void> | undefined;
  readonly #columns: SourceColumns;
  #layout: ColumnLayout;
  #keyLabel: string | undefined;
  #selected: SelectedMessages = { all: false, seqs: [] };
  /** A message that the page is to bring the user to when it is there. */
  #goTo: number | undefined;
  readonly #consent: SettleConsent;

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
    this.#consent = new SettleConsent({
      inspection,
      title: request.node.name,
      confirm: (question) => this.#confirm(question),
    });
    this.#session = session;
    this.#id = id;
    this.#owner = owner;
    this.#columns = deps.columns.of(request.connection.id, request.node.id);
    this.#layout = this.#columns.read();
    inspection.setSort(this.#layout.sort);
    const { panel, port } = openPage(deps.extensionUri, {
      page: "inspector",
      title: t("{name} — {mode}", { name: request.node.name, mode: this.mode }),
      icon: modeIcons[request.options.mode],
      environment: this.environment,
    });
    this.#panel = panel;
    this.#notifier = new ChangeNotifier({ send: () => this.#tell() });
    const source = { connection: request.connection.id, node: request.node.id, read: (seq: number) => this.#read(seq) };
    this.#bodies = new BodyHandlers(source, deps.bodyChoices, deps.schemas);
    this.#peer = new Peer<InspectorHostCalls, InspectorViewCalls>(port, {
      hello: () => {
        this.#notifier.restart();
        const goTo = this.#goTo;
        this.#goTo = undefined;
        return { ...this.#remembering(this.#state()), ...(goTo === undefined ? {} : { goTo }) };
      },
      rows: (range) => inspection.rows(range),
      detail: ({ seq }) => inspection.detail(seq, (body, claims) => this.#bodies.view(seq, body, claims)),
      ...this.#bodies.handlers,
      locate: ({ seq }) => inspection.locate(seq),
      selected: (what) => {
        this.#selected = what;
      },
      settle: (what) => this.#settle(what),
      unsettled: ({ count }) => inspection.unsettled(count),
      setPaused: ({ paused }) => {
        inspection.setPaused(paused);
      },
      setWindow: ({ window }) => inspection.setWindow(window),
      setFilter: ({ text, range }) => {
        inspection.setFilter(text, range);
        return inspection.summary;
      },
      savedFilters: () => deps.savedFilters.list(),
      saveFilter: (filter) => deps.savedFilters.save(filter),
      removeFilter: ({ name }) => deps.savedFilters.remove(name),
      timeline: ({ buckets }) => inspection.timeline(buckets),
      complete: (at) => inspection.complete(at),
      setLayout: ({ layout, everywhere }) => this.#setLayout(layout, everywhere),
      knownFields: () => inspection.knownFields(),
      clear: () => {
        inspection.clear();
      },
      openBody: ({ seq }) => this.#openBody(seq),
      copy: async ({ seq, part }) => {
        await vscode.env.clipboard.writeText(await this.#textOf(seq, part));
      },
      resend: ({ seq }) => this.#resend(seq),
      reattach: () => this.#attach(),
    });
    this.#listening = [
      inspection.onDidChange(() => {
        this.#onChange();
      }),
      request.connection.onDidChange(() => {
        this.#onConnection();
      }),
      panel.onDidChangeViewState(() => {
        this.#notifier.setVisible(panel.visible);
        if (panel.active) owner.activated();
      }),
      panel.onDidDispose(() => void this.close()),
    ];
    // It is only a word.
    this.#learnKeyLabel().catch(() => undefined);
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
    return this.#layout;
  }

  /** What is selected in the page. */
  get selected(): SelectedMessages {
    return this.#selected;
  }

  /** How its bodies are read: what the user decided for this source, and the schemas. */
  get decodeOptions(): DecodeOptions {
    return this.#bodies.options;
  }

  /** Opens the body of the current message in an editor. */
  async openCurrent(): Promise<void> {
    await this.#openBody(this.#current());
  }

  /** Opens the current message as a new draft. */
  async editCurrent(): Promise<void> {
    await this.#resend(this.#current());
  }

  /** The session of its connection, connecting where needed. @throws BrokerError */
  connect(): Promise<Session> {
    return this.#request.connection.connect();
  }

  /** Settles what is selected, and tells what became of it. @throws BrokerError */
  async settleSelected(outcome: Outcome): Promise<void> {
    const { all } = this.#selected;
    const seqs = all ? [] : pendingOf(this, await selectedSeqs(this));
    const { settled, lost } = await this.#settle(all ? { what: "all", outcome } : { what: "these", seqs, outcome });
    if (lost > 0)
      this.#deps.prompts.warn(
        t("Could not be settled any more: {lost}. The broker delivers them again. Settled: {settled}.", {
          lost,
          settled,
        }),
      );
    else if (settled > 0) this.#deps.prompts.done(t("Settled: {settled}.", { settled }));
  }

  /** Copies a part of the current message as text. */
  async copyCurrent(part: "body" | "headers" | "message"): Promise<void> {
    await vscode.env.clipboard.writeText(await this.#textOf(this.#current(), part));
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Reveals the panel and brings the user to a message. @throws BrokerError `missing` when it is no longer kept */
  show(seq: number): void {
    if (this.#inspection.log.slot(seq) < 0)
      throw new BrokerError("missing", t("This message is no longer kept: newer ones took its place."));
    this.#goTo = seq;
    this.#panel.reveal();
    // A page that is not there yet asks when it starts.
    this.#peer.call("goTo", { seq }).then(
      () => {
        if (this.#goTo === seq) this.#goTo = undefined;
      },
      () => undefined,
    );
  }

  /** Closes the panel too. */
  detach(): void {
    void this.close();
  }

  /** Gives back what is not settled, ends the consumer, frees what was kept. Never rejects. */
  close(): Promise<void> {
    if (this.#closed) return this.#closed;
    for (const listening of this.#listening) listening.dispose();
    this.#notifier.dispose();
    this.#peer.close(t("The inspector was closed."));
    this.#bodies.close();
    this.#closed = this.#inspection.close();
    this.#owner.closing(this.#closed);
    this.#panel.dispose();
    return this.#closed;
  }

  /** @throws BrokerError `invalid` when no message is selected */
  #current(): number {
    const { current } = this.#selected;
    if (current === undefined) throw new BrokerError("invalid", t("Select a message in the inspector first."));
    return current;
  }

  /** Something in the log or in the subscription changed. */
  #onChange(): void {
    this.#notifier.notify();
    if (this.isAttached === this.#wasAttached) return;
    this.#wasAttached = this.isAttached;
    this.#owner.changed();
    this.#onConnection();
  }

  /** After a lost session, what can resume without touching the broker's messages anew does so by itself. */
  #onConnection(): void {
    const { connection, options } = this.#request;
    this.#notifier.notify();
    const fresh = connection.session !== undefined && connection.session !== this.#session;
    if (this.isAttached || !fresh || options.mode === "browse" || this.#attaching || this.#closed) return;
    this.#attach().catch((error: unknown) => {
      this.#problem = sentenceOf(error);
      this.#notifier.notify();
      this.#deps.log.error(this.#problem);
    });
  }

  /** @throws BrokerError */
  async #attach(): Promise<void> {
    if (this.isAttached || this.#closed) return;
    this.#attaching ??= this.#attachNow().finally(() => {
      this.#attaching = undefined;
      this.#notifier.notify();
    });
    await this.#attaching;
  }

  async #attachNow(): Promise<void> {
    const { connection, node, options } = this.#request;
    const session = await connection.connect();
    // Tried with this one: it is not tried again by itself.
    this.#session = session;
    const window = this.#inspection.window;
    const subscription = await session.watch(node, { ...options, window });
    if (this.#closed) await subscription.close();
    else this.#inspection.attach(subscription);
    this.#problem = undefined;
  }

  #tell(): Promise<unknown> {
    const state = this.#state();
    const told = this.#told;
    this.#remembering(state);
    return told === this.#told ? this.#peer.call("changed", state.summary) : this.#peer.call("state", state);
  }

  #remembering(state: InspectorState): InspectorState {
    const sentOtherwise = { summary: undefined, layout: undefined, filter: undefined, range: undefined };
    this.#told = JSON.stringify({ ...state, ...sentOtherwise });
    return state;
  }

  #state(): InspectorState {
    const { connection, node, options, effects } = this.#request;
    const inspection = this.#inspection;
    const { name, environment } = connection.profile;
    const ended = this.#ended();
    return {
      title: node.name,
      kind: node.kind,
      connection: environment === undefined ? { name } : { name, environment },
      mode: options.mode,
      effects,
      facts: inspection.facts,
      outcomes: inspection.outcomes,
      ...(inspection.terms ? { terms: inspection.terms } : {}),
      window: inspection.window,
      paused: inspection.paused,
      filter: inspection.filter,
      ...(inspection.range ? { range: inspection.range } : {}),
      ...(ended ? { ended } : {}),
      layout: this.#layout,
      ...(this.#keyLabel === undefined ? {} : { keyLabel: this.#keyLabel }),
      summary: inspection.summary,
    };
  }

  async #setLayout(layout: ColumnLayout, everywhere: boolean): Promise<void> {
    const checked = checkedLayout(layout);
    if (!checked) throw new BrokerError("invalid", t("These columns cannot be shown."));
    this.#layout = checked;
    this.#inspection.setSort(checked.sort);
    await this.#columns.write(checked, everywhere);
  }

  /** Asked of the broker's form for publishing; without one, the page has a word of its own. */
  async #learnKeyLabel(): Promise<void> {
    const { node } = this.#request;
    if (!node.verbs.includes("publish")) return;
    const forms = await this.#session.forms(node, "publish");
    this.#keyLabel = forms.flatMap((form) => form.fields).find((field) => field.name === "key")?.label;
    this.#notifier.notify();
  }

  #ended(): InspectorState["ended"] {
    const { ended } = this.#inspection;
    if (!ended) return undefined;
    if (this.#problem !== undefined) return { sentence: this.#problem, failed: true };
    const { state } = this.#request.connection;
    if (state.status === "reconnecting")
      return {
        sentence: t("{reason} It attaches again by itself when the connection is back.", { reason: ended.sentence }),
        failed: true,
      };
    // Only a browse comes to an end of its own.
    if (!ended.failed && this.#request.options.mode !== "browse")
      return {
        sentence: t("The connection was closed. What was not settled went back."),
        failed: false,
      };
    return ended;
  }

  /** Settling all at once is asked about first, unless it only gives them back. */
  async #settle(what: SettleRequest): Promise<{ settled: number; lost: number }> {
    if (!(await this.#consent.allows(what))) return { settled: 0, lost: 0 };
    const result = await this.#inspection.settle(what);
    this.#deps.settled();
    return result;
  }

  /** The keys work on in the page after the dialog: VS Code leaves the focus outside of it. */
  async #confirm(question: Parameters<Prompts["confirm"]>[0]): Promise<boolean> {
    const agreed = await this.#deps.prompts.confirm(question);
    if (!this.#closed && this.#panel.visible) this.#panel.reveal();
    return agreed;
  }

  async #openBody(seq: number): Promise<void> {
    const { text, language } = await this.#whole(seq);
    await this.#deps.documents.open({ owner: this.#id, name: `${this.title}-${String(seq)}`, text, language });
  }

  async #textOf(seq: number, part: "body" | "headers" | "message"): Promise<string> {
    if (part === "body") return (await this.#whole(seq)).text;
    const message = keptMessage(this.#inspection, seq);
    return part === "headers" ? headersText(message.draft.headers) : messageJson(message, this.decodeOptions);
  }

  async #whole(seq: number): Promise<{ readonly text: string; readonly language: string }> {
    const { body, claims } = this.#read(seq);
    return wholeText(body, claims, this.#bodies.options);
  }

  /** @throws BrokerError `missing` when it is no longer kept */
  #read(seq: number): { readonly body: Buffer; readonly claims: BodyClaims } {
    const { draft, whole } = this.#inspection.draft(seq);
    const { body, contentType, contentEncoding } = draft;
    const claims = {
      size: whole ? body.length : Infinity,
      ...(contentType === undefined ? {} : { contentType }),
      ...(contentEncoding === undefined ? {} : { contentEncoding }),
    };
    return { body: Buffer.from(body), claims };
  }

  async #resend(seq: number): Promise<void> {
    const copy = this.#inspection.draft(seq);
    if (!copy.whole)
      throw new BrokerError("invalid", t("This message was too large to keep whole: it cannot be sent again."));
    await this.#deps.publish(this.connectionId, copy, this.#request.node);
  }
}

const modeIcons: Readonly<Record<WatchMode, string>> = { tap: "broadcast", browse: "eye", consume: "plug" };

function modeWord(mode: WatchMode): string {
  switch (mode) {
    case "tap":
      return t("Tap");
    case "browse":
      return t("Browse");
    case "consume":
      return t("Consume");
    default:
      return mode satisfies never;
  }
}
