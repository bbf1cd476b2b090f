/** The conversation page: the messages that belong together, a lane for each inspector. */
import { t } from "@vscode/l10n";
import { html, render } from "lit";
import type {
  ConversationHostCalls,
  ConversationState,
  ConversationViewCalls,
} from "../../src/protocol/conversation.ts";
import { Peer } from "../../src/protocol/peer.ts";
import { Announcer } from "../inspector/announcer.ts";
import { count } from "../inspector/format.ts";
import type { Page } from "../page.ts";
import { conversationView } from "./conversationView.ts";

/** What the page keeps while it is hidden. */
export interface Remembered {
  /** The message that the keys stand on, as {@link nameOf} names it. */
  readonly current?: string;
}

/** In pixels: times and a lane. */
const timeWidth = 130;
const laneWidth = 150;
/** More lanes than this are scrolled. */
const mostSideBySide = 3;

export class ConversationApp {
  readonly #root: HTMLElement;
  readonly #page: Page<Remembered>;
  readonly #peer: Peer<ConversationViewCalls, ConversationHostCalls>;
  readonly #announcer = new Announcer((sentence) => {
    this.#spoken = sentence;
    this.#draw();
  });
  #state: ConversationState | undefined;
  #current: string | undefined;
  #spoken = "";
  #copied = false;
  #width = 0;
  #problem: string | undefined;

  constructor(root: HTMLElement, page: Page<Remembered>) {
    this.#root = root;
    this.#page = page;
    this.#current = page.state?.current;
    this.#peer = new Peer<ConversationViewCalls, ConversationHostCalls>(page.port, {
      state: (state) => {
        this.#onState(state);
      },
    });
  }

  /** Call once. */
  start(): void {
    new ResizeObserver(([entry]) => {
      this.#width = entry?.contentRect.width ?? 0;
      this.#draw();
    }).observe(this.#root);
    this.#draw();
    this.#do(this.#peer.call("hello"), (state) => {
      this.#onState(state);
    });
  }

  #onState(state: ConversationState): void {
    const before = this.#state;
    this.#state = state;
    const more = state.messages.length - (before?.messages.length ?? state.messages.length);
    if (more === 1) this.#announcer.announce(t("1 more message belongs to it."));
    else if (more > 0) this.#announcer.announce(t("{number} more messages belong to it.", { number: count(more) }));
    this.#copied = false;
    this.#draw();
  }

  #draw(): void {
    const state = this.#state;
    if (!state) {
      render(html`<p class="note" role="status">${this.#problem ?? t("Loading…")}</p>`, this.#root);
      return;
    }
    const names = state.messages.map((message) => nameOf(state, message));
    // The keys stand on the first until they are used.
    const current = Math.max(0, names.indexOf(this.#current ?? ""));
    const stacked = this.#width < timeWidth + laneWidth * Math.min(state.lanes.length, mostSideBySide);
    const view = conversationView(
      { state, names, current, spoken: this.#spoken, copied: this.#copied, stacked, problem: this.#problem },
      {
        open: (index) => {
          this.#open(index);
        },
        press: (event, index) => {
          this.#onKey(event, index);
        },
        copy: () => {
          this.#do(this.#peer.call("copyMermaid"), () => {
            this.#copied = true;
            this.#announcer.announce(t("Copied."));
          });
        },
        closeProblem: () => {
          this.#problem = undefined;
          this.#draw();
        },
      },
    );
    render(view, this.#root);
  }

  #open(index: number): void {
    const message = this.#state?.messages[index];
    const lane = message && this.#state?.lanes[message.lane];
    if (!lane) return;
    this.#stand(index);
    this.#do(this.#peer.call("open", { lane: lane.id, seq: message.seq }));
  }

  #onKey(event: KeyboardEvent, index: number): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = (this.#state?.messages.length ?? 0) - 1;
    const to: Readonly<Record<string, number>> = {
      ArrowUp: Math.max(0, index - 1),
      ArrowDown: Math.min(last, index + 1),
      Home: 0,
      End: last,
    };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#stand(next);
    this.#root.querySelector<HTMLElement>(`[data-index="${String(next)}"]`)?.focus();
  }

  /** The keys stand on this message from now on. */
  #stand(index: number): void {
    const state = this.#state;
    const message = state?.messages[index];
    if (!state || !message) return;
    this.#current = nameOf(state, message);
    this.#page.remember({ current: this.#current });
    this.#draw();
  }

  #do<T>(work: Promise<T>, then?: (result: T) => void): void {
    this.#problem = undefined;
    work.then(
      (result) => {
        then?.(result);
        this.#draw();
      },
      (error: unknown) => {
        this.#problem = error instanceof Error ? error.message : String(error);
        this.#draw();
      },
    );
  }
}

/** Stays the same when others come before it. */
function nameOf(state: ConversationState, message: ConversationState["messages"][number]): string {
  return `${state.lanes[message.lane]?.id ?? ""} ${String(message.seq)}`;
}
