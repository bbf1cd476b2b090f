/** The inspector page: its parts, what connects them with each other and with the host, and when they are drawn. */
import { t } from "@vscode/l10n";
import { html, render } from "lit";
import type { InspectorHostCalls, InspectorState, InspectorViewCalls } from "../../src/protocol/inspector.ts";
import { Peer } from "../../src/protocol/peer.ts";
import { wearColour } from "../fields/connectionBadge.ts";
import type { Page } from "../page.ts";
import { BodyPanel } from "./body/bodyPanel.ts";
import { columnMenuActions } from "./columns/columnMenuActions.ts";
import { Commands } from "./commands.ts";
import { consoleActions } from "./console/consoleActions.ts";
import { markAges } from "./console/rowAges.ts";
import { SettleConsole } from "./console/settleConsole.ts";
import { CurrentDetail } from "./currentDetail.ts";
import { detailActions } from "./detailActions.ts";
import { FilterBox } from "./filter/filterBox.ts";
import { Highlighter } from "./filter/highlighter.ts";
import { Frames } from "./frames.ts";
import { headingActions } from "./headingActions.ts";
import { Jumps } from "./jumps.ts";
import { listActions } from "./listActions.ts";
import { ListPart } from "./listPart.ts";
import { Memory } from "./memory.ts";
import { Notices } from "./notices.ts";
import { PageRoom } from "./pageRoom.ts";
import { PageState } from "./pageState.ts";
import { type PageActions, type PageModel, pageView } from "./pageView.ts";
import { pressList, pressPage } from "./pressedKeys.ts";
import type { Remembered } from "./remembered.ts";
import { rowAt } from "./rowWindow.ts";
import { SettleMenu } from "./settleMenu.ts";
import { TimelinePanel } from "./timeline/timelinePanel.ts";
import { toolbarActions } from "./toolbarActions.ts";

export class InspectorApp {
  readonly #root: HTMLElement;
  readonly #peer: Peer<InspectorViewCalls, InspectorHostCalls>;
  readonly #frames = new Frames(
    () => {
      this.#draw();
    },
    () => {
      if (this.#state.now) this.#drawRows(this.#state.now);
    },
  );
  /** What the parts tell. */
  readonly #tell = {
    changed: (): void => {
      this.#frames.page();
    },
    moved: (): void => {
      this.#frames.rows();
    },
    announce: (sentence: string): void => {
      this.#notices.announce(sentence);
    },
    failed: (error: unknown): void => {
      this.#notices.fail(error);
    },
  };
  readonly #notices = new Notices(this.#tell.changed);
  readonly #room = new PageRoom();
  readonly #memory: Memory;
  readonly #state: PageState;
  readonly #listPart: ListPart;
  readonly #detail: CurrentDetail;
  readonly #body: BodyPanel;
  readonly #filter: FilterBox;
  readonly #timeline: TimelinePanel;
  readonly #highlighter: Highlighter;
  readonly #commands: Commands;
  readonly #console: SettleConsole;
  readonly #jumps: Jumps;
  readonly #settleMenu: SettleMenu;
  readonly #actions: PageActions;

  constructor(root: HTMLElement, page: Page<Partial<Remembered>>) {
    const tell = this.#tell;
    this.#root = root;
    this.#peer = new Peer<InspectorViewCalls, InspectorHostCalls>(page.port, {
      changed: (summary) => {
        this.#state.summarize(summary);
      },
      state: (state) => {
        this.#state.take(state);
      },
      goTo: ({ seq }) => this.#jumps.to(seq),
    });
    const peer = this.#peer;
    const memory = new Memory(page, tell.changed);
    this.#memory = memory;
    this.#listPart = new ListPart(root, peer, tell);
    this.#detail = new CurrentDetail((seq) => peer.call("detail", { seq }), tell.changed);
    this.#body = new BodyPanel({
      ...tell,
      peer,
      reload: () => {
        this.#detail.reload();
      },
    });
    const filter = new FilterBox({
      ...tell,
      store: peer,
      apply: (text, range) => {
        this.#commands.setFilter(text, range).catch(tell.failed);
      },
      leave: () => {
        this.#listPart.element.focus();
      },
    });
    this.#filter = filter;
    const state = new PageState({
      ...tell,
      typed: filter,
      summarized: (summary) => {
        this.#console.update();
        if (!this.#commands.isFiltering) this.#listPart.update(summary);
      },
      filtered: (summary) => {
        this.#listPart.update(summary);
      },
    });
    this.#state = state;
    this.#commands = new Commands(peer, this.#listPart.list, state, tell);
    this.#timeline = new TimelinePanel({
      ...tell,
      read: (buckets) => peer.call("timeline", { buckets }),
      range: () => filter.range,
      setRange: (range) => {
        filter.setRange(range);
      },
    });
    this.#highlighter = new Highlighter(root);
    this.#console = new SettleConsole({
      ...tell,
      get state() {
        return state.now;
      },
      get isOpen() {
        return memory.now.settlingOpen;
      },
      unsettled: (count) => peer.call("unsettled", { count }),
    });
    this.#jumps = new Jumps(this.#listPart, state, { ...tell, locate: (seq) => peer.call("locate", { seq }) });
    this.#settleMenu = new SettleMenu(root, tell.changed);
    this.#actions = this.#actionsOf();
  }

  /** Call once. */
  start(): void {
    this.#room.watch(this.#root, this.#tell.changed);
    document.addEventListener("keydown", (event) => {
      pressPage(event, this.#root, this.#commands, this.#jumps);
    });
    this.#listPart.list.setFollow(this.#memory.now.follow);
    this.#open().catch(this.#tell.failed);
  }

  async #open(): Promise<void> {
    const state = await this.#peer.call("hello");
    this.#filter.restore(state.filter, state.range);
    this.#listPart.restore(state.layout);
    this.#state.take(state);
    if (state.goTo === undefined) await this.#jumps.restore(this.#memory.now);
    else await this.#jumps.to(state.goTo);
  }

  #actionsOf(): PageActions {
    const commands = this.#commands;
    const memory = this.#memory;
    const part = this.#listPart;
    return {
      heading: headingActions(commands, memory),
      toolbar: toolbarActions(commands, part, memory, this.#settleMenu),
      list: listActions(commands, part, this.#filter, (event) => {
        pressList(event, this.#root, commands, part.list);
      }),
      columns: columnMenuActions(part),
      detail: detailActions(commands, memory),
      console: consoleActions(this.#console, memory, this.#jumps),
      split: (split) => {
        memory.set({ split });
      },
      toggleUtc: () => {
        part.columns.setUtc(!part.columns.layout.utc);
      },
      closeProblem: () => {
        this.#notices.closeProblem();
      },
    };
  }

  #draw(): void {
    const state = this.#state.now;
    if (!state) {
      render(html`<p class="note" role="status">${this.#notices.problem ?? t("Loading…")}</p>`, this.#root);
      return;
    }
    wearColour(state.connection);
    this.#showCurrent();
    this.#body.show(this.#detail.detail);
    render(pageView(this.#model(state), this.#actions), this.#root);
    this.#drawRows(state);
    this.#highlighter.afterDraw(state.summary.highlights);
    this.#askTimeline(state.summary.version);
    this.#commands.tellSelection();
    this.#memory.keep(this.#listPart.list);
  }

  #drawRows({ summary, terms }: InspectorState): void {
    const isOther = this.#listPart.draw();
    const { list } = this.#listPart;
    if (summary.settling) markAges(this.#root, (index) => rowAt(list.window, index), this.#console.now, terms);
    if (isOther) this.#highlighter.afterDraw(summary.highlights);
  }

  /** What was shown stays until it is known which message the current row holds. */
  #showCurrent(): void {
    const { current, window } = this.#listPart.list;
    if (!current || current.seq !== undefined || rowAt(window, current.index)) this.#detail.show(current?.seq);
  }

  #askTimeline(version: number): void {
    if (this.#memory.now.timeline && this.#room.timelineFits) this.#timeline.want(version, this.#room.bars);
    else this.#timeline.rest();
  }

  #model(state: InspectorState): PageModel {
    return {
      state,
      memory: this.#memory.now,
      list: this.#listPart.list,
      columns: this.#listPart.columns,
      header: this.#listPart.header,
      detail: this.#detail,
      body: this.#body,
      filter: this.#filter,
      timeline: this.#timeline,
      console: this.#console,
      width: this.#room.width,
      timelineFits: this.#room.timelineFits,
      menuOpen: this.#settleMenu.isOpen,
      windowProblem: this.#commands.windowProblem,
      problem: this.#notices.problem,
      spoken: this.#notices.spoken,
      stacked: this.#room.stacked,
    };
  }
}
