/** The inspector page: what the host says and the user does, brought together and drawn. */
import { t } from "@vscode/l10n";
import { html, render } from "lit";
import type { Outcome } from "../../src/broker/contract.ts";
import type { InspectorHostCalls, InspectorState, InspectorViewCalls, Summary } from "../../src/protocol/inspector.ts";
import { Peer } from "../../src/protocol/peer.ts";
import { unpackRows } from "../../src/protocol/rows.ts";
import type { Page } from "../page.ts";
import { Announcer } from "./announcer.ts";
import { Commands, type CommandsOwner } from "./commands.ts";
import { CurrentDetail } from "./currentDetail.ts";
import { FilterBox } from "./filterBox.ts";
import { focusField, focusOf, take } from "./focus.ts";
import { listKey, pageKey } from "./keys.ts";
import { ListElement } from "./listElement.ts";
import { MessageList } from "./messageList.ts";
import { type PageActions, type PageModel, pageView } from "./pageView.ts";
import { atFirst, type Remembered } from "./remembered.ts";
import { rowAt } from "./rowWindow.ts";
import { isSelected } from "./selection.ts";

/** Narrower than this, the detail side stands below the list. */
const stackedBelow = 700;

export class InspectorApp {
  readonly #root: HTMLElement;
  readonly #page: Page<Partial<Remembered>>;
  readonly #peer: Peer<InspectorViewCalls, InspectorHostCalls>;
  readonly #list: MessageList;
  readonly #listElement: ListElement;
  readonly #detail: CurrentDetail;
  readonly #filter: FilterBox;
  readonly #commands: Commands;
  readonly #announcer = new Announcer((sentence) => {
    this.#spoken = sentence;
    this.#invalidate();
  });
  #memory: Remembered;
  #state: InspectorState | undefined;
  #spoken = "";
  #problem: string | undefined;
  #menuOpen = false;
  #stacked = false;
  #frame = 0;

  constructor(root: HTMLElement, page: Page<Partial<Remembered>>) {
    this.#root = root;
    this.#page = page;
    this.#memory = { ...atFirst, ...page.state };
    this.#peer = new Peer<InspectorViewCalls, InspectorHostCalls>(page.port, {
      changed: (summary) => {
        this.#onSummary(summary);
      },
      state: (state) => {
        this.#onState(state);
      },
    });
    this.#list = new MessageList({
      rows: async (range) => unpackRows(await this.#peer.call("rows", range)),
      changed: () => {
        this.#invalidate();
      },
      failed: (error) => {
        this.#fail(error);
      },
      rangeCut: (rows) => {
        this.#announcer.announce(t("Only {rows} rows can be selected one by one.", { rows: rows.toLocaleString() }));
      },
    });
    this.#listElement = new ListElement(this.#list);
    this.#detail = new CurrentDetail(
      (seq) => this.#peer.call("detail", { seq }),
      () => {
        this.#invalidate();
      },
    );
    this.#commands = new Commands(this.#peer, this.#list, this.#commandsOwner());
    this.#filter = new FilterBox({
      apply: (text) => this.#commands.setFilter(text),
      changed: () => {
        this.#invalidate();
      },
      failed: (error) => {
        this.#fail(error);
      },
    });
  }

  #commandsOwner(): CommandsOwner {
    const state = (): InspectorState | undefined => this.#state;
    return {
      get state() {
        return state();
      },
      changeState: (change) => {
        if (this.#state) this.#state = { ...this.#state, ...change };
        this.#invalidate();
      },
      changed: () => {
        this.#invalidate();
      },
      announce: (sentence) => {
        this.#announcer.announce(sentence);
      },
      failed: (error) => {
        this.#fail(error);
      },
    };
  }

  /** Call once. */
  start(): void {
    new ResizeObserver(([entry]) => {
      this.#stacked = (entry?.contentRect.width ?? stackedBelow) < stackedBelow;
      this.#invalidate();
    }).observe(this.#root);
    document.addEventListener("keydown", (event) => {
      this.#onKey(event);
    });
    this.#list.setFollow(this.#memory.follow);
    this.#peer.call("hello").then(
      async (state) => {
        this.#filter.text = state.filter;
        this.#onState(state);
        await this.#restore();
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
  }

  async #restore(): Promise<void> {
    const { current, selected } = this.#memory;
    if (current === undefined) return;
    const index = await this.#peer.call("locate", { seq: current });
    if (index >= 0) this.#list.restore({ index, seq: current }, selected);
  }

  #onState(state: InspectorState): void {
    const before = this.#state;
    this.#state = state;
    if (before && !before.ended && state.ended) this.#announcer.announce(state.ended.sentence);
    if (before?.ended && !state.ended) this.#announcer.announce(t("Attached again."));
    this.#onSummary(state.summary);
  }

  #onSummary(summary: Summary): void {
    if (!this.#state) return;
    const before = this.#state.summary;
    this.#state = { ...this.#state, summary };
    if (summary.stalled === "full" && before.stalled !== "full")
      this.#announcer.announce(t("Full of unsettled messages: settle some to go on."));
    if (before.searching && !summary.searching)
      this.#announcer.announce(t("Shown: {number}.", { number: summary.shown.toLocaleString() }));
    this.#list.update(summary, this.#state.filter !== "");
    this.#invalidate();
  }

  #invalidate(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const state = this.#state;
    if (!state) {
      render(html`<p class="note" role="status">${this.#problem ?? t("Loading…")}</p>`, this.#root);
      return;
    }
    this.#showCurrent();
    render(pageView(this.#model(state), this.#actions), this.#root);
    this.#listElement.afterDraw();
    this.#commands.tellSelection();
    this.#remember();
  }

  /** What was shown stays until it is known which message the current row holds. */
  #showCurrent(): void {
    const { current, window } = this.#list;
    if (!current || current.seq !== undefined || rowAt(window, current.index)) this.#detail.show(current?.seq);
  }

  #remember(): void {
    const { selection, current, follow } = this.#list;
    const selected = selection.all ? [] : [...selection.seqs].slice(0, 500);
    const next: Remembered = { ...this.#memory, selected, current: current?.seq, follow };
    // Most drawings change nothing of it.
    if (JSON.stringify(next) === JSON.stringify(this.#memory)) return;
    this.#memory = next;
    this.#page.remember(next);
  }

  #set(change: Partial<Remembered>): void {
    this.#memory = { ...this.#memory, ...change };
    this.#page.remember(this.#memory);
    this.#invalidate();
  }

  #model(state: InspectorState): PageModel {
    return {
      state,
      memory: this.#memory,
      list: this.#list,
      detail: this.#detail,
      filter: this.#filter.text,
      menuOpen: this.#menuOpen,
      windowProblem: this.#commands.windowProblem,
      problem: this.#problem,
      spoken: this.#spoken,
      stacked: this.#stacked,
    };
  }

  readonly #headingActions = {
    toggleEffects: (): void => {
      this.#set({ effectsOpen: !this.#memory.effectsOpen });
    },
    toggleFacts: (): void => {
      this.#set({ factsOpen: !this.#memory.factsOpen });
    },
    reattach: (): void => {
      this.#commands.reattach();
    },
  };

  readonly #toolbarActions = {
    pause: (): void => {
      this.#commands.pause();
    },
    follow: (): void => {
      this.#list.setFollow(!this.#list.follow);
      this.#invalidate();
    },
    clear: (): void => {
      this.#commands.clear();
    },
    filter: (text: string): void => {
      this.#filter.type(text);
    },
    leaveFilter: (): void => {
      this.#filter.clear();
      this.#listElement.focus();
    },
    settle: (outcome: Outcome): void => {
      this.#commands.settle(outcome);
    },
    settleAll: (outcome: Outcome): void => {
      this.#closeMenu(true);
      this.#commands.settleAll(outcome);
    },
    toggleMenu: (): void => {
      this.#menuOpen = !this.#menuOpen;
      this.#invalidate();
      if (this.#menuOpen)
        requestAnimationFrame(() => this.#root.querySelector<HTMLElement>('[role="menuitem"]')?.focus());
    },
    leaveMenu: (refocus: boolean): void => {
      this.#closeMenu(refocus);
    },
    setWindow: (text: string): void => {
      this.#commands.setWindow(text.trim());
    },
  };

  readonly #listActions = {
    grid: (element: Element | undefined): void => {
      this.#listElement.bind(element);
    },
    scroll: (): void => {
      this.#listElement.scrolled();
    },
    scrollEnd: (): void => {
      this.#list.scrollEnded();
    },
    press: (event: KeyboardEvent): void => {
      this.#onListKey(event);
    },
    pick: (index: number, event: MouseEvent): void => {
      this.#list.click(index, { toggle: event.ctrlKey || event.metaKey, range: event.shiftKey });
    },
    turnTo: (index: number): void => {
      const row = rowAt(this.#list.window, index);
      if (row && !isSelected(this.#list.selection, row.seq)) this.#list.click(index, { toggle: false, range: false });
      this.#commands.tellSelection();
    },
    openCurrent: (): void => {
      this.#commands.open();
    },
    follow: (): void => {
      this.#list.setFollow(true);
      this.#listElement.focus();
    },
    clearFilter: (): void => {
      this.#filter.clear();
    },
  };

  readonly #detailActions = {
    showTab: (tab: Remembered["tab"]): void => {
      this.#set({ tab });
    },
    showBody: (bodyMode: Remembered["bodyMode"]): void => {
      this.#set({ bodyMode });
    },
    toggleWrap: (): void => {
      this.#set({ wrap: !this.#memory.wrap });
    },
    open: (): void => {
      this.#commands.open();
    },
    copy: (part: "body" | "headers" | "message"): void => {
      this.#commands.copy(part);
    },
    resend: (): void => {
      this.#commands.resend();
    },
  };

  readonly #actions: PageActions = {
    heading: this.#headingActions,
    toolbar: this.#toolbarActions,
    list: this.#listActions,
    detail: this.#detailActions,
    split: (split) => {
      this.#set({ split });
    },
    closeProblem: () => {
      this.#problem = undefined;
      this.#invalidate();
    },
  };

  #onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const key = pageKey(event, focusOf(event));
    if (key === undefined) return;
    take(event);
    switch (key) {
      case "pause":
        if (!event.repeat) this.#commands.pause();
        break;
      case "filter":
        focusField(this.#root.querySelector<HTMLElement>("#filter"));
        break;
      case "detail":
        this.#root.querySelector<HTMLElement>("#tab-panel")?.focus();
        break;
      case "ack":
      case "requeue":
      case "reject":
        if (!event.repeat) this.#commands.settle(key);
        break;
      default:
        key satisfies never;
    }
  }

  #onListKey(event: KeyboardEvent): void {
    const key = listKey(event);
    if (!key) return;
    if (key.to === "open") this.#commands.open();
    else if (key.to === "copy") this.#commands.copy("body");
    else if (!this.#list.press(key, event.shiftKey)) return;
    take(event);
  }

  #closeMenu(refocus: boolean): void {
    this.#menuOpen = false;
    this.#invalidate();
    if (refocus) this.#root.querySelector<HTMLElement>(".menu-button")?.focus();
  }

  #fail(error: unknown): void {
    this.#problem = error instanceof Error ? error.message : String(error);
    this.#invalidate();
  }
}
