/** A conversation's panel: the messages that belong together, side by side across the open inspectors. */
import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import { BrokerError } from "../../broker/errors.ts";
import type { Disposable } from "../../broker/event.ts";
import { ChangeNotifier } from "../../inspect/changeNotifier.ts";
import { Conversation, type Found } from "../../inspect/conversation.ts";
import { namedIds } from "../../inspect/conversationLinks.ts";
import { mermaid } from "../../inspect/conversationMermaid.ts";
import { relationsOf } from "../../inspect/conversationRelations.ts";
import type {
  ConversationHostCalls,
  ConversationId,
  ConversationMessage,
  ConversationState,
  ConversationViewCalls,
  Lane,
} from "../../protocol/conversation.ts";
import { Peer } from "../../protocol/peer.ts";
import type { FollowPanel } from "../activeConnection.ts";
import { openPage } from "../page.ts";
import type { Inspector } from "./inspector.ts";

export interface ConversationPanelDeps {
  readonly extensionUri: vscode.Uri;
  /** Notices when the user turns to a panel. */
  readonly follow: FollowPanel;
  closed(panel: ConversationPanel): void;
}

/** An inspector that is looked through, or was. */
interface Watched {
  readonly lane: Omit<Lane, "closed">;
  /** Absent when it was closed. */
  inspector: Inspector | undefined;
  listening: Disposable | undefined;
}

export class ConversationPanel {
  readonly #deps: ConversationPanelDeps;
  readonly #conversation: Conversation;
  readonly #watched = new Map<string, Watched>();
  readonly #ids: readonly ConversationId[];
  readonly #panel: vscode.WebviewPanel;
  readonly #peer: Peer<ConversationHostCalls, ConversationViewCalls>;
  readonly #notifier: ChangeNotifier;
  /** What the page was told last. */
  #told = "";
  #closed = false;

  /** @throws BrokerError when nothing in the message leads to others, or it is gone */
  constructor(deps: ConversationPanelDeps, from: Inspector, seq: number, inspectors: readonly Inspector[]) {
    this.#deps = deps;
    this.#conversation = new Conversation({ id: from.id, log: from.inspection.log }, seq);
    const [first] = this.#conversation.found;
    this.#ids = first ? namedIds(first.links) : [];
    const { panel, port } = openPage(deps.extensionUri, {
      page: "conversation",
      title: t("Conversation: {id}", { id: this.#title }),
      icon: "comment-discussion",
      // Beside the inspectors, so that a click in one shows the message in the other.
      column: vscode.ViewColumn.Beside,
    });
    this.#panel = panel;
    deps.follow(panel, from.connectionId);
    this.#notifier = new ChangeNotifier({ send: () => this.#tell(), interval: 200 });
    this.#peer = new Peer<ConversationHostCalls, ConversationViewCalls>(port, {
      hello: () => {
        this.#notifier.restart();
        const state = this.#state();
        this.#told = JSON.stringify(state);
        return state;
      },
      open: ({ lane, seq: message }) => {
        this.#inspectorOf(lane).show(message);
      },
      copyMermaid: async () => {
        await vscode.env.clipboard.writeText(mermaid(this.#state()));
      },
    });
    panel.onDidChangeViewState(() => {
      this.#notifier.setVisible(panel.visible);
    });
    panel.onDidDispose(() => {
      this.close();
    });
    this.#conversation.onDidChange(() => {
      this.#notifier.notify();
    });
    this.watch(inspectors);
  }

  /** These are open now: new ones are looked through too, those that are gone no longer. */
  watch(inspectors: readonly Inspector[]): void {
    for (const inspector of inspectors) if (!this.#watched.has(inspector.id)) this.#add(inspector);
    const open = new Set(inspectors);
    for (const [id, watched] of this.#watched) {
      if (!watched.inspector || open.has(watched.inspector)) continue;
      this.#conversation.remove(id);
      watched.listening?.dispose();
      watched.inspector = watched.listening = undefined;
      this.#notifier.notify();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conversation.close();
    for (const { listening } of this.#watched.values()) listening?.dispose();
    this.#watched.clear();
    this.#notifier.dispose();
    this.#peer.close(t("The conversation was closed."));
    this.#panel.dispose();
    this.#deps.closed(this);
  }

  #add(inspector: Inspector): void {
    const { id, title, mode, badge, inspection } = inspector;
    this.#watched.set(id, {
      lane: {
        id,
        title,
        kind: inspector.node.kind,
        mode,
        connection: badge,
      },
      inspector,
      listening: inspection.onDidChange(() => {
        this.#conversation.wake();
        // What is shown of a message may have changed: its ack state, or that it is kept.
        this.#notifier.notify();
      }),
    });
    this.#conversation.add({ id, log: inspection.log });
    this.#notifier.notify();
  }

  /** Most changes of an inspector change nothing here. */
  async #tell(): Promise<void> {
    const state = this.#state();
    const told = JSON.stringify(state);
    if (told === this.#told) return;
    this.#told = told;
    await this.#peer.call("state", state);
  }

  get #title(): string {
    const value = this.#ids[0]?.value ?? "";
    return value.length > 24 ? `${value.slice(0, 23)}…` : value;
  }

  #state(): ConversationState {
    const { found, more, searching, sources, limit } = this.#conversation;
    const withPart = new Set(found.map(({ source }) => source));
    const lanes = [...this.#watched].filter(([id]) => withPart.has(id));
    const indexes = new Map(lanes.map(([id], index) => [id, index]));
    const relations = relationsOf(found);
    return {
      title: this.#title,
      ids: this.#ids,
      lanes: lanes.map(([, { lane, inspector }]) => ({
        ...lane,
        // As it is now.
        ...(inspector && { connection: inspector.badge }),
        closed: inspector === undefined,
      })),
      messages: found.map((message, index) => {
        const relation = relations[index];
        return {
          ...this.#message(message),
          lane: indexes.get(message.source) ?? 0,
          ...(relation ? { relation } : {}),
        };
      }),
      inspectors: sources,
      searching,
      ...(more ? { cutAt: limit } : {}),
    };
  }

  #message(found: Found): Omit<ConversationMessage, "lane" | "relation"> {
    const { source, seq, received, sent, key, type, size, preview } = found;
    const log = this.#watched.get(source)?.inspector?.inspection.log;
    const slot = log?.slot(seq) ?? -1;
    return {
      seq,
      received,
      ...(sent === undefined ? {} : { sent }),
      key,
      type,
      size,
      preview,
      state: log && slot >= 0 ? log.state(slot) : "none",
      kept: slot >= 0,
    };
  }

  #inspectorOf(lane: string): Inspector {
    const inspector = this.#watched.get(lane)?.inspector;
    if (!inspector)
      throw new BrokerError("missing", t("Its inspector was closed: open it again to see what comes from now on."));
    return inspector;
  }
}
