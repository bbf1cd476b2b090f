/** The list's model: whether it follows, and how its place, its rows and what is chosen in it act together. */
import type { Summary } from "../../src/protocol/inspector.ts";
import type { Row } from "../../src/protocol/rows.ts";
import type { ListKey } from "./keys.ts";
import { type Current, ListChoice } from "./listChoice.ts";
import { ListPlace } from "./listPlace.ts";
import { type Anchor, type Arrival, RowLoader, type RowLoaderOwner, type Wish } from "./rowLoader.ts";
import { rangeTo, type RowWindow, rowAt, shiftBetween } from "./rowWindow.ts";
import { endOf, type ListSize, type ScrollPosition, visibleRows } from "./scrollScale.ts";
import type { Selection } from "./selection.ts";

export interface MessageListOwner extends Pick<RowLoaderOwner, "rows" | "changed" | "failed"> {
  /** Only other rows are in view. */
  moved(): void;
  /** Only part of a range could be selected: this many rows. */
  rangeCut(rows: number): void;
}

export class MessageList {
  readonly #owner: MessageListOwner;
  /** While following it grows only when the new rows are there, so that none is blank. */
  readonly #place = new ListPlace();
  readonly #choice = new ListChoice();
  readonly #loader: RowLoader;
  #summary: Summary | undefined;
  /** The rows stand in another order than they arrived in: there is no newest at the end. */
  #sorted = false;
  #follow = true;
  /** What had been received when following stopped, or when the page was shown again. */
  #seen: number | undefined;

  constructor(owner: MessageListOwner) {
    this.#owner = owner;
    this.#loader = new RowLoader({
      rows: (range, anchor) => owner.rows(range, anchor),
      wish: () => this.#wish(),
      complete: (count) => {
        if (this.follow && this.#place.count !== count) this.#grow(count);
      },
      arrived: (arrival) => {
        this.#accept(arrival);
      },
      changed: () => {
        owner.changed();
      },
      failed: (error) => {
        owner.failed(error);
      },
    });
  }

  get size(): ListSize {
    return this.#place.size;
  }

  get position(): ScrollPosition {
    return this.#place.position;
  }

  get window(): RowWindow | undefined {
    return this.#loader.window;
  }

  /** Whether it stays at the newest. Where it is sorted there is none: it stays where it is. */
  get follow(): boolean {
    return this.#follow && !this.#sorted;
  }

  /** Whether it follows when it is not sorted. */
  get wouldFollow(): boolean {
    return this.#follow;
  }

  get current(): Current | undefined {
    return this.#choice.current;
  }

  get selection(): Selection {
    return this.#choice.selection;
  }

  /** How many arrived since following stopped. */
  get unseen(): number {
    return this.#follow || this.#sorted || !this.#summary ? 0 : Math.max(0, this.#summary.received - (this.#seen ?? 0));
  }

  /** The row of a message, when it is among those that are here. */
  rowOf(seq: number): Row | undefined {
    return this.window?.rows.find((row) => row.seq === seq);
  }

  setGeometry(rowHeight: number, viewport: number): void {
    if (this.#place.setGeometry(rowHeight, viewport)) this.#settleDown();
  }

  update(summary: Summary): void {
    this.#summary = summary;
    this.#seen ??= summary.received;
    if (!this.follow || summary.shown < this.#place.count) this.#place.count = summary.shown;
    this.#settleDown();
  }

  /** The view is another one: a filter was set, or rows were forgotten. */
  renew(): void {
    this.#loader.drop();
    this.#choice.forget();
    this.#owner.changed();
  }

  /** The same messages in another order, from its beginning on. The host says where the current one stands then. */
  reorder(sorted: boolean): void {
    this.#sorted = sorted;
    this.#loader.drop();
    this.#choice.lostPlace();
    this.#place.count = this.#shown;
    if (this.follow) this.#place.goToEnd();
    else this.#place.goTo(0);
    this.#refresh();
  }

  /** Where the current message stands now. */
  moveCurrent(current: Anchor): void {
    if (this.#choice.foundPlace(current)) this.#owner.changed();
  }

  /** Rows need other texts. What is shown stays until they are here. */
  refetch(): void {
    this.#loader.outdate();
    this.#refresh();
  }

  setFollow(follow: boolean): void {
    if (follow === this.#follow || this.#sorted) return;
    this.#follow = follow;
    if (!follow) {
      this.#seen = this.#summary?.received;
      this.#place.count = this.#shown;
    }
    this.#settleDown();
  }

  /** The scrollbar stands here now, by the user's hand or by ours. */
  scrolled(scroll: number): void {
    const { follow } = this;
    const to = this.#place.scrolled(scroll);
    if (!to) return;
    if (to !== "elsewhere") this.setFollow(to === "end");
    if (follow === this.follow) this.#owner.moved();
    else this.#owner.changed();
    void this.#loader.load();
  }

  /** After a movement on a shortened track the scrollbar is brought to where the rows are. */
  scrollEnded(): void {
    this.#place.goTo(this.position.top);
    this.#owner.changed();
  }

  /** Where the scrollbar really came to stand. */
  placed(scroll: number): void {
    this.#place.placed(scroll);
  }

  click(index: number, keys: { readonly toggle: boolean; readonly range: boolean }): void {
    if (keys.range) this.#selectTo(index);
    else this.#goTo(index, keys.toggle ? "toggle" : "only");
  }

  /** @returns false when the key has nothing to do here. */
  press(key: ListKey, extend: boolean): boolean {
    const last = (this.follow ? this.#shown : this.#place.count) - 1;
    if (last < 0) return false;
    const from = this.current?.index ?? (this.follow ? last + 1 : this.#place.visible.first - 1);
    const go = (index: number): boolean => {
      const to = Math.max(0, Math.min(last, index));
      if (extend) this.#selectTo(to);
      else this.#goTo(to, "only");
      return true;
    };
    switch (key.to) {
      case "row":
        return go(from + key.by);
      case "page":
        return go(from + key.by * this.#place.page);
      case "start":
        return go(0);
      case "end":
        go(last);
        if (!extend) this.setFollow(true);
        return true;
      case "all":
        this.#choice.selectAll();
        this.#owner.changed();
        return true;
      case "toggle":
        if (!this.current || this.current.index < 0) return false;
        this.#goTo(this.current.index, "toggle");
        return true;
      case "open":
      case "copy":
      case "menu":
        return false;
      default:
        return key satisfies never;
    }
  }

  /** Makes a message current without asking where it stands: the host said so. */
  restore(current: Anchor, selected: readonly number[]): void {
    this.#choice.choose(current, "only");
    this.#choice.select(selected);
    if (!this.follow) this.#place.show(current.index);
    this.#refresh();
  }

  /** Nothing but the current message is selected any more. */
  selectCurrent(): void {
    this.#choice.selectCurrent();
    this.#owner.changed();
  }

  get #shown(): number {
    return this.#summary?.shown ?? 0;
  }

  /** At the beginning of a sorted list it is the beginning itself that stays in view. */
  get #isAtSortedTop(): boolean {
    return this.#sorted && this.position.top <= 0;
  }

  #goTo(index: number, how: "only" | "toggle"): void {
    if (index < this.#shown - 1) this.setFollow(false);
    const row = rowAt(this.window, index);
    this.#choice.choose({ index, seq: row && !row.marker ? row.seq : undefined }, how);
    this.#place.show(index);
    this.#refresh();
  }

  /** From the anchor to there, rows that are not here yet included. */
  #selectTo(index: number): void {
    const { anchor } = this.#choice;
    this.#goTo(index, "only");
    this.#choice.beginRange(anchor);
    const range = rangeTo(index, anchor);
    if (range.count <= Math.abs(anchor - index)) this.#owner.rangeCut(range.count);
    const { view } = this.#loader;
    this.#loader.seqsIn(range).then(
      (seqs) => {
        if (view !== this.#loader.view || index !== this.current?.index || this.#choice.anchor !== anchor) return;
        this.#choice.select(seqs);
        this.#owner.changed();
      },
      (error: unknown) => {
        this.#owner.failed(error);
      },
    );
  }

  /** Brings the position into the list's present bounds. */
  #settleDown(): void {
    if (this.follow) this.#place.goToEnd();
    else this.#place.keepWithin();
    this.#refresh();
  }

  #refresh(): void {
    this.#owner.changed();
    void this.#loader.load();
  }

  #wish(): Wish | undefined {
    const summary = this.#summary;
    if (!summary || this.size.viewport <= 0) return undefined;
    const { follow } = this;
    const size = follow ? { ...this.size, count: summary.shown } : this.size;
    const visible = visibleRows(follow ? endOf(size) : this.position.top, size);
    const anchored = !follow && !this.#isAtSortedTop;
    return { version: summary.version, count: size.count, ...visible, shift: summary.shift, anchored };
  }

  /** The rows that were in view stay there, where any row tells how far it moved; else it is as far as the host says. */
  #accept({ before, window, count, moved }: Arrival): void {
    const told = before && shiftBetween(before, window, this.#place.visible.first);
    const shift = !before || this.#isAtSortedTop ? 0 : (told ?? (this.#sorted ? 0 : moved));
    if (shift) this.#choice.shift(shift);
    if (this.follow) this.#grow(count);
    else if (shift) this.#place.shift(shift);
    this.#choice.resolve(window);
  }

  #grow(count: number): void {
    this.#place.count = count;
    this.#place.goToEnd();
    this.#owner.changed();
  }
}
