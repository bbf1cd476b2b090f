import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { Draft, Node, Receipt, Session } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import type { Disposable } from "../broker/event.ts";
import type { Form } from "../broker/form.ts";
import { draftOf, draftTextOf, emptyDraft, receiptSentence } from "../commands/draft.ts";
import type { DraftHistory } from "../commands/draftHistory.ts";
import { indentJson } from "../inspect/decode/json.ts";
import type { Prompts } from "../commands/prompts.ts";
import { publishMany } from "../commands/publishMany.ts";
import type { Connection } from "../connections/connections.ts";
import { Peer } from "../protocol/peer.ts";
import type {
  DraftText,
  ManyResult,
  PublishHostCalls,
  PublishState,
  PublishViewCalls,
  SendResult,
} from "../protocol/publish.ts";
import type { FollowPanel } from "./activeConnection.ts";
import { badgeOf } from "./badge.ts";
import { openPage } from "./page.ts";

export interface PublishPanelsDeps {
  readonly extensionUri: vscode.Uri;
  readonly prompts: Prompts;
  readonly history: DraftHistory;
  /** Asks for a queue or an exchange; undefined when the user changed their mind. */
  pickTarget(connection: Connection): Promise<Node | undefined>;
  readonly log: { error(message: string): void };
  /** Notices when the user turns to a panel. */
  readonly follow: FollowPanel;
}

export interface PublishRequest {
  readonly connection: Connection;
  readonly node: Node;
  /** What to start with, in place of what was being written there. */
  readonly draft?: DraftText | Draft;
}

/** The open publish panels. */
export class PublishPanels {
  readonly #deps: PublishPanelsDeps;
  readonly #panels = new Set<PublishPanel>();

  constructor(deps: PublishPanelsDeps) {
    this.#deps = deps;
  }

  /**
   * Shows the panel of this target, or opens one. A draft never takes the place of another that is being written: it
   * gets a panel of its own then.
   * @throws BrokerError when the connection cannot be opened
   */
  async open({ connection, node, draft }: PublishRequest): Promise<void> {
    const given = draft && ("format" in draft ? draft : draftTextOf(draft));
    const there = [...this.#panels].find((panel) => panel.isFor(connection, node) && (!given || panel.isFree));
    if (there) {
      there.show(given);
      return;
    }
    const form = await publishForm(connection, node);
    const panel = new PublishPanel(this.#deps, connection, { node, form }, given, () => this.#panels.delete(panel));
    this.#panels.add(panel);
  }

  /** Closes those of a connection: when it was removed. */
  closeOf(connectionId: string): void {
    for (const panel of [...this.#panels]) if (panel.connectionId === connectionId) panel.dispose();
  }

  /** Closes all. */
  dispose(): void {
    for (const panel of [...this.#panels]) panel.dispose();
  }
}

interface Target {
  readonly node: Node;
  readonly form: Form;
}

class PublishPanel {
  readonly #deps: PublishPanelsDeps;
  readonly #connection: Connection;
  readonly #panel: vscode.WebviewPanel;
  readonly #peer: Peer<PublishHostCalls, PublishViewCalls>;
  readonly #listening: Disposable[];
  #target: Target;
  #draft: DraftText;
  /** Whether the draft was changed since it was last sent or opened. */
  #dirty = false;
  #session: { readonly session: Session; readonly listening: Disposable } | undefined;
  #blocked: string | undefined;
  #gone = false;
  /** As the page was told it last. */
  #badge: string;

  constructor(
    deps: PublishPanelsDeps,
    connection: Connection,
    target: Target,
    draft: DraftText | undefined,
    gone: () => void,
  ) {
    this.#deps = deps;
    this.#connection = connection;
    this.#badge = JSON.stringify(badgeOf(connection));
    this.#target = target;
    this.#draft = draft ?? this.#keptDraft();
    const { panel, port } = openPage(deps.extensionUri, {
      page: "publish",
      title: title(target.node),
      icon: "send",
      environment: connection.profile.environment,
    });
    this.#panel = panel;
    deps.follow(panel, connection.id);
    this.#peer = new Peer<PublishHostCalls, PublishViewCalls>(port, this.#handlers());
    this.#listening = [
      connection.onDidChange(() => {
        this.#followSession();
        this.#followBadge();
      }),
      deps.history.onDidChange((changed) => {
        if (changed === connection.id) this.#tell((page) => page.call("history", this.#history()));
      }),
    ];
    this.#followSession();
    panel.onDidDispose(() => {
      this.#gone = true;
      for (const each of this.#listening) each.dispose();
      this.#session?.listening.dispose();
      this.#peer.close(t("The panel was closed."));
      gone();
    });
  }

  get connectionId(): string {
    return this.#connection.id;
  }

  isFor(connection: Connection, node: Node): boolean {
    return this.#connection.id === connection.id && this.#target.node.id === node.id;
  }

  /** Whether another draft may take the place of this one. */
  get isFree(): boolean {
    return !this.#dirty || this.#draft.body.trim() === "";
  }

  show(draft: DraftText | undefined): void {
    if (draft) {
      this.#set(draft);
      this.#tell((page) => page.call("state", this.#state()));
    }
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #handlers() {
    const { history } = this.#deps;
    const { id } = this.#connection;
    return {
      hello: () => this.#state(),
      send: (draft: DraftText) => this.#send(draft),
      sendMany: (what: Parameters<PublishHostCalls["sendMany"]>[0]) => this.#sendMany(what),
      pickFile: () => pickFile(),
      pickTarget: () => this.#pickTarget(),
      recall: (of: { readonly id: string }) => history.recall(id, of.id),
      forget: (of: { readonly id: string }) => {
        history.forget(id, of.id);
      },
      indent: (of: { readonly text: string }) => indentJson(of.text),
      keep: (draft: DraftText) => {
        this.#keep(draft);
      },
    };
  }

  #state(): PublishState {
    const { node, form } = this.#target;
    const key = form.fields.find((field) => field.name === "key");
    return {
      target: node.name,
      kind: node.kind,
      connection: badgeOf(this.#connection),
      form: { ...form, fields: form.fields.filter((field) => field !== key) },
      ...(key && { keyLabel: key.label }),
      draft: this.#draft,
      history: this.#history(),
      ...(this.#blocked === undefined ? {} : { blocked: this.#blocked }),
    };
  }

  async #send(text: DraftText): Promise<SendResult> {
    const { node, form } = this.#target;
    const draft = await draftOf(text, readFile, form.lacks);
    const session = await this.#connection.connect();
    const started = performance.now();
    const receipt = await session.publish(node, draft);
    const took = performance.now() - started;
    this.#sent(text, receipt.outcome, 1);
    if (receipt.outcome === "blocked") this.#block(receipt.reason);
    return { receipt, sentence: receiptSentence(receipt, node.name), took };
  }

  async #sendMany({ draft: text, count, perSecond }: Parameters<PublishHostCalls["sendMany"]>[0]): Promise<ManyResult> {
    if (!Number.isSafeInteger(count) || count < 1 || !(perSecond >= 0)) {
      throw new BrokerError("invalid", t("Say how many to send, and how many per second, in digits."));
    }
    const { node, form } = this.#target;
    const draft = await draftOf(text, readFile, form.lacks);
    const session = await this.#connection.connect();
    const many = await this.#deps.prompts.progress(
      t("Publishing to {target}", { target: node.name }),
      (report, signal) => publishMany(session, node, draft, { count, perSecond, signal, report }),
    );
    const sent = many.routed + many.returned + many.refused + many.blocked + many.lost;
    if (sent > 0) this.#sent(text, gravest(many), sent);
    // The page that asked may be hidden by now.
    if (this.#gone || !this.#panel.visible) this.#deps.prompts.inform(many.sentence);
    return many;
  }

  #sent(draft: DraftText, outcome: Receipt["outcome"], count: number): void {
    const { node } = this.#target;
    if (JSON.stringify(draft) === JSON.stringify(this.#draft)) this.#dirty = false;
    this.#deps.history.add(this.#connection.id, { target: node, draft, outcome, count });
  }

  async #pickTarget(): Promise<void> {
    const node = await this.#deps.pickTarget(this.#connection);
    if (!node) return;
    this.#target = { node, form: await publishForm(this.#connection, node) };
    this.#panel.title = title(node);
    // The draft comes along: who changes the target in the middle of writing wants to send this there.
    this.#keep(this.#draft);
    this.#tell((page) => page.call("state", this.#state()));
  }

  #keep(draft: DraftText): void {
    this.#dirty ||= JSON.stringify(draft) !== JSON.stringify(this.#draft);
    this.#draft = draft;
    this.#deps.history.keep(this.#connection.id, this.#target.node.id, draft);
  }

  #set(draft: DraftText): void {
    this.#keep(draft);
    this.#dirty = false;
  }

  #keptDraft(): DraftText {
    return this.#deps.history.kept(this.#connection.id, this.#target.node.id) ?? emptyDraft;
  }

  #history(): PublishState["history"] {
    return this.#deps.history.entries(this.#connection.id, this.#target.node.id);
  }

  /** What the connection is called and for, and whether it is read-only. */
  #followBadge(): void {
    const badge = badgeOf(this.#connection);
    const text = JSON.stringify(badge);
    if (text === this.#badge) return;
    this.#badge = text;
    this.#tell((page) => page.call("connection", badge));
  }

  /** An alarm is heard from the session of the moment, and forgotten with it. */
  #followSession(): void {
    const { session } = this.#connection;
    if (session === this.#session?.session) return;
    this.#session?.listening.dispose();
    this.#block(undefined);
    this.#session = session && { session, listening: session.onDidBlock((reason) => this.#block(reason)) };
  }

  #block(reason: string | undefined): void {
    if (reason === this.#blocked) return;
    this.#blocked = reason;
    this.#tell((page) => page.call("blocked", { sentence: reason ?? "" }));
  }

  /** A page that is hidden does not hear; it asks for everything when it is shown again. */
  #tell(call: (page: Peer<PublishHostCalls, PublishViewCalls>) => Promise<void>): void {
    if (!this.#panel.visible) return;
    call(this.#peer).catch((error: unknown) => {
      if (!this.#gone) this.#deps.log.error(sentenceOf(error));
    });
  }
}

const none: Form = { id: "publish", title: "", submit: "", fields: [] };

async function publishForm(connection: Connection, node: Node): Promise<Form> {
  const session = await connection.connect();
  return (await session.forms(node, "publish"))[0] ?? none;
}

function title(node: Node): string {
  return t("Publish: {target}", { target: node.name });
}

function gravest(many: ManyResult): Receipt["outcome"] {
  const outcomes = ["lost", "blocked", "refused", "returned"] as const;
  return outcomes.find((outcome) => many[outcome] > 0) ?? "routed";
}

async function pickFile(): Promise<{ readonly path: string; readonly size: number } | undefined> {
  const [file] = (await vscode.window.showOpenDialog({ title: t("Send a File"), openLabel: t("Choose") })) ?? [];
  if (!file) return undefined;
  const { size } = await vscode.workspace.fs.stat(file);
  return { path: file.scheme === "file" ? file.fsPath : file.toString(), size };
}

async function readFile(path: string): Promise<Uint8Array> {
  const uri = /^[a-z][a-z0-9+.-]+:\/\//i.test(path) ? vscode.Uri.parse(path, true) : vscode.Uri.file(path);
  return vscode.workspace.fs.readFile(uri);
}
