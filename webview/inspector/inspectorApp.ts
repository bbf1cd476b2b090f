/** The inspector page: what the host says and the user does, brought together and drawn. */
import { t } from "@vscode/l10n";
import { html, render } from "lit";
import type { Outcome } from "../../src/broker/contract.ts";
import type { FilterAnswer } from "../../src/protocol/filter.ts";
import type { InspectorHostCalls, InspectorState, InspectorViewCalls, Summary } from "../../src/protocol/inspector.ts";
import { Peer } from "../../src/protocol/peer.ts";
import type { Page } from "../page.ts";
import { Announcer } from "./announcer.ts";
import { Commands, type CommandsOwner } from "./commands.ts";
import { markAges } from "./console/rowAges.ts";
import { SettleConsole, type SettleConsoleOwner } from "./console/settleConsole.ts";
import { BodyPanel } from "./body/bodyPanel.ts";
import { CurrentDetail } from "./currentDetail.ts";
import { FilterBox } from "./filter/filterBox.ts";
import { Highlighter } from "./filter/highlighter.ts";
import { withAnswer, withFilter } from "./filter/filterState.ts";
import { focusField, focusOf, take } from "./focus.ts";
import { listKey, pageKey } from "./keys.ts";
import type { ListElement } from "./listElement.ts";
import { ListPart } from "./listPart.ts";
import type { MessageList } from "./messageList.ts";
import { menuPlace, openMenu } from "./messageMenu.ts";
import { type PageActions, type PageModel, pageView } from "./pageView.ts";
import { atFirst, type Remembered } from "./remembered.ts";
import { rowAt } from "./rowWindow.ts";
import { isSelected } from "./selection.ts";
import { TimelinePanel } from "./timeline/timelinePanel.ts";

/** A bar of the timeline takes so many pixels, and there are so many at most. */
const barWidth = 5;
const mostBars = 200;
/** It is shown where there is room for it: width and height of the page. */
const leastTimelineRoom = { width: 350, height: 400 };

/** Narrower than this, the detail side stands below the list. */
const stackedBelow = 700;

export class InspectorApp {
  readonly #root: HTMLElement;
  readonly #page: Page<Partial<Remembered>>;
  readonly #peer: Peer<InspectorViewCalls, InspectorHostCalls>;
  readonly #list: MessageList;
  readonly #listElement: ListElement;
  readonly #listPart: ListPart;
  readonly #detail: CurrentDetail;
  readonly #body: BodyPanel;
  readonly #filter: FilterBox;
  readonly #timeline: TimelinePanel;
  readonly #highlighter: Highlighter;
  readonly #commands: Commands;
  readonly #console: SettleConsole;
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
  #width = 0;
  #timelineFits = false;
  #frame = 0;
  #isPageOld = false;

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
      goTo: ({ seq }) => this.#goTo(seq),
    });
    this.#listPart = new ListPart(root, this.#peer, {
      changed: () => {
        this.#invalidate();
      },
      moved: () => {
        this.#invalidateRows();
      },
      announce: (sentence) => {
        this.#announcer.announce(sentence);
      },
      failed: (error) => {
        this.#fail(error);
      },
    });
    this.#list = this.#listPart.list;
    this.#listElement = this.#listPart.element;
    this.#detail = new CurrentDetail(
      (seq) => this.#peer.call("detail", { seq }),
      () => {
        this.#invalidate();
      },
    );
    this.#body = new BodyPanel({
      peer: this.#peer,
      changed: () => {
        this.#invalidate();
      },
      announce: (sentence) => {
        this.#announcer.announce(sentence);
      },
      failed: (error) => {
        this.#fail(error);
      },
      reload: () => {
        this.#detail.reload();
      },
    });
    this.#commands = new Commands(this.#peer, this.#list, this.#commandsOwner());
    this.#filter = new FilterBox({
      store: this.#peer,
      apply: (text, range) => {
        this.#commands.setFilter(text, range).catch((error: unknown) => {
          this.#fail(error);
        });
      },
      changed: () => {
        this.#invalidate();
      },
      announce: (sentence) => {
        this.#announcer.announce(sentence);
      },
      leave: () => {
        this.#listElement.focus();
      },
    });
    this.#timeline = new TimelinePanel({
      read: (buckets) => this.#peer.call("timeline", { buckets }),
      range: () => this.#filter.range,
      setRange: (range) => {
        this.#filter.setRange(range);
      },
      changed: () => {
        this.#invalidate();
      },
      failed: (error) => {
        this.#fail(error);
      },
    });
    this.#highlighter = new Highlighter(root);
    this.#console = new SettleConsole(this.#consoleOwner());
  }

  #consoleOwner(): SettleConsoleOwner {
    const state = (): InspectorState | undefined => this.#state;
    const isOpen = (): boolean => this.#memory.settlingOpen;
    return {
      get state() {
        return state();
      },
      get isOpen() {
        return isOpen();
      },
      unsettled: (count) => this.#peer.call("unsettled", { count }),
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
      filtering: (text, range) => {
        if (this.#state) this.#state = withFilter(this.#state, text, range);
      },
      filtered: (answer) => {
        this.#onFiltered(answer);
      },
      failed: (error) => {
        this.#fail(error);
      },
    };
  }

  /** Call once. */
  start(): void {
    new ResizeObserver(([entry]) => {
      this.#width = entry?.contentRect.width ?? stackedBelow;
      this.#stacked = this.#width < stackedBelow;
      const { width, height } = leastTimelineRoom;
      this.#timelineFits = this.#width >= width && (entry?.contentRect.height ?? 0) >= height;
      this.#invalidate();
    }).observe(this.#root);
    document.addEventListener("keydown", (event) => {
      this.#onKey(event);
    });
    this.#list.setFollow(this.#memory.follow);
    this.#peer.call("hello").then(
      async (state) => {
        this.#filter.restore(state.filter, state.range);
        this.#memory = { ...this.#memory, utc: state.layout.utc };
        this.#listPart.restore(state.layout);
        this.#onState(state);
        if (state.goTo === undefined) await this.#restore();
        else await this.#goTo(state.goTo);
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

  /** Brings the user to a message, wherever the list stands. */
  async #goTo(seq: number): Promise<void> {
    const index = await this.#peer.call("locate", { seq });
    if (index < 0) {
      this.#fail(new Error(t("The filter hides this message: clear the filter to see it.")));
      return;
    }
    // How many rows there is room for is known when the page was drawn once.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    this.#list.setFollow(false);
    this.#list.restore({ index, seq }, [seq]);
    this.#listElement.focus();
  }

  #goToOldest(): void {
    const oldest = this.#state?.summary.settling?.oldest;
    if (oldest) this.#show(oldest.seq);
    else if (this.#state?.summary.settling) this.#announcer.announce(t("Nothing is unsettled."));
  }

  #show(seq: number): void {
    this.#goTo(seq).catch((error: unknown) => {
      this.#fail(error);
    });
  }

  #onState(state: InspectorState): void {
    const before = this.#state;
    // What is typed here the host may not know yet.
    this.#state = before ? withFilter(state, this.#filter.text, this.#filter.range) : state;
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
    if (before.searching && !summary.searching) this.#sayShown(summary);
    this.#console.update();
    if (!this.#commands.isFiltering) this.#listPart.update(summary);
    this.#invalidate();
  }

  #onFiltered(answer: FilterAnswer): void {
    if (!this.#state) return;
    const now = withAnswer(this.#state.summary, answer);
    this.#state = { ...this.#state, summary: now };
    this.#listPart.update(now);
    if (now.searching) this.#announcer.announce(t("Searching…"));
    else if (!now.filterMistake) this.#sayShown(now);
    this.#invalidate();
  }

  #sayShown({ shown }: Summary): void {
    this.#announcer.announce(t("Shown: {number}.", { number: shown.toLocaleString() }));
  }

  #invalidate(): void {
    this.#isPageOld = true;
    this.#invalidateRows();
  }

  /** Scrolling draws nothing but rows. */
  #invalidateRows(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const isPageOld = this.#isPageOld;
      this.#isPageOld = false;
      if (isPageOld) this.#draw();
      else if (this.#state) this.#drawRows(this.#state);
    });
  }

  #draw(): void {
    const state = this.#state;
    if (!state) {
      render(html`<p class="note" role="status">${this.#problem ?? t("Loading…")}</p>`, this.#root);
      return;
    }
    this.#showCurrent();
    this.#body.show(this.#detail.detail);
    render(pageView(this.#model(state), this.#actions), this.#root);
    this.#drawRows(state);
    this.#highlighter.afterDraw(state.summary.highlights);
    this.#askTimeline(state.summary.version);
    this.#commands.tellSelection();
    this.#remember();
  }

  #drawRows(state: InspectorState): void {
    const isOther = this.#listPart.draw(this.#memory.utc);
    if (state.summary.settling)
      markAges(this.#root, (index) => rowAt(this.#list.window, index), this.#console.now, state.terms);
    if (isOther) this.#highlighter.afterDraw(state.summary.highlights);
  }

  /** What was shown stays until it is known which message the current row holds. */
  #showCurrent(): void {
    const { current, window } = this.#list;
    if (!current || current.seq !== undefined || rowAt(window, current.index)) this.#detail.show(current?.seq);
  }

  #askTimeline(version: number): void {
    const bars = Math.max(20, Math.floor(Math.min(mostBars, this.#width / barWidth) / 10) * 10);
    if (this.#memory.timeline && this.#timelineFits) this.#timeline.want(version, bars);
    else this.#timeline.rest();
  }

  #remember(): void {
    const { selection, current, wouldFollow: follow } = this.#list;
    const selected = selection.all ? [] : [...selection.seqs].slice(0, 500);
    const next: Remembered = { ...this.#memory, selected, current: current?.seq, follow };
    // Most drawings change nothing of it.
    if (JSON.stringify(next) === JSON.stringify(this.#memory)) return;
    this.#memory = next;
    this.#page.remember(next);
  }

  #setUtc(utc: boolean): void {
    this.#set({ utc });
    this.#listPart.columns.setUtc(utc);
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
      columns: this.#listPart.columns,
      header: this.#listPart.header,
      detail: this.#detail,
      body: this.#body,
      filter: this.#filter,
      timeline: this.#timeline,
      console: this.#console,
      width: this.#width,
      timelineFits: this.#timelineFits,
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
      this.#listPart.setFollow(!this.#list.follow);
      this.#invalidate();
    },
    clear: (): void => {
      this.#commands.clear();
    },
    toggleTimeline: (): void => {
      this.#set({ timeline: !this.#memory.timeline });
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
    console: {
      toggle: () => {
        this.#set({ settlingOpen: !this.#memory.settlingOpen });
        this.#console.refresh();
      },
      goTo: (seq) => {
        this.#show(seq);
      },
    },
    split: (split) => {
      this.#set({ split });
    },
    columns: {
      close: (refocus) => {
        this.#listPart.header.closeMenu(refocus);
      },
      fit: (field) => {
        this.#listPart.header.fit(field);
      },
      setUtc: (utc) => {
        this.#setUtc(utc);
      },
    },
    toggleUtc: () => {
      this.#setUtc(!this.#memory.utc);
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
      case "oldest":
        this.#goToOldest();
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
    else if (key.to === "menu") openMenu(menuPlace(this.#root));
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
