import type { Consent, Fact, Outcome, SettleTerms, Subscription } from "../broker/contract.ts";
import { Emitter, type Event } from "../broker/event.ts";
import type { KnownFields, Sort } from "../protocol/columns.ts";
import type { Completion, TimeRange } from "../protocol/filter.ts";
import type { InspectorState, RowRange, SettleRequest, Summary } from "../protocol/inspector.ts";
import type { Unsettled } from "../protocol/settling.ts";
import type { Timeline } from "../protocol/timeline.ts";
import { Attachment } from "./attachment.ts";
import { previousOfKey, shownSeqs } from "./collect.ts";
import { knownFields } from "./columns.ts";
import { MessageLog } from "./log.ts";
import type { LogLimits } from "./logLimits.ts";
import { MessageReader } from "./messageReader.ts";
import { Pump } from "./pump.ts";
import { completions } from "./query/completions.ts";
import { KnownValues } from "./query/known.ts";
import { RowReader } from "./rowReader.ts";
import { SelectedMessages, type WhichMessages } from "./selectedMessages.ts";
import { Settling } from "./settling.ts";
import { SortedView } from "./sortedView.ts";
import { summaryOf } from "./summary.ts";
import { TimelineCounter } from "./timeline.ts";
import { View } from "./view.ts";

export interface InspectionOptions {
  readonly limits?: Partial<LogLimits>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * The model behind one inspector: pulls what a subscription delivers into a bounded log, shows it through a filter and
 * settles it. Nothing in it holds the event loop for longer than 10 ms.
 */
export class Inspection {
  readonly #log: MessageLog;
  readonly #view: View;
  readonly #sorted: SortedView;
  readonly #rows: RowReader;
  readonly #known: KnownValues;
  readonly #timeline: TimelineCounter;
  readonly #pump: Pump;
  readonly #attachment: Attachment;
  readonly #settling: Settling;
  readonly #changed = new Emitter<void>();
  /** Fires after every change, as often as once per slice of work: whoever shows it slows it down. */
  readonly onDidChange: Event<void> = this.#changed.event;
  /** Reads single messages of what is kept. */
  readonly reader: MessageReader;
  #closed = false;
  #version = 0;

  constructor(options: InspectionOptions = {}) {
    const now = options.now ?? Date.now;
    const log = new MessageLog(options.limits);
    const changed = (): void => {
      this.#change();
    };
    const view = new View(log, changed, now, () => {
      this.#sorted.renew();
      this.#change();
    });
    const sorted = new SortedView(log, view, () => {
      this.#fire();
    });
    const pump = new Pump({
      log,
      now,
      added: () => {
        view.arrived();
        this.#change();
      },
    });
    const attachment = new Attachment({
      log,
      pump,
      now,
      lose: () => {
        this.#settling.lose();
      },
      changed,
    });
    this.#settling = new Settling({ log, view, sorted, attachment, pump, now, changed });
    this.#log = log;
    this.#view = view;
    this.#sorted = sorted;
    this.#pump = pump;
    this.#attachment = attachment;
    this.#rows = new RowReader(log, sorted);
    this.reader = new MessageReader(log);
    this.#known = new KnownValues(log);
    this.#timeline = new TimelineCounter({
      log,
      // A range by itself takes no colour from what is outside of it.
      shown: () => (view.text === "" ? undefined : view),
      version: () => this.#version,
    });
  }

  /** Absent while attached; else why it ended. */
  get ended(): InspectorState["ended"] {
    return this.#attachment.ended;
  }

  /** What the subscription ended with, when that was not asked for and none has taken its place. */
  get failure(): unknown {
    return this.#attachment.failure;
  }

  get facts(): readonly Fact[] {
    return this.#attachment.facts;
  }

  get outcomes(): readonly Outcome[] {
    return this.#attachment.outcomes;
  }

  /** What settling does, as far as the source tells it. */
  get terms(): SettleTerms | undefined {
    return this.#attachment.terms;
  }

  /** What is kept, to be looked through and never changed. */
  get log(): MessageLog {
    return this.#log;
  }

  get window(): number {
    return this.#attachment.window;
  }

  get paused(): boolean {
    return this.#pump.paused;
  }

  get filter(): string {
    return this.#view.text;
  }

  /** Only what arrived in it is shown. */
  get range(): TimeRange | undefined {
    return this.#view.range;
  }

  /** What may stand at a place in the text of a filter. */
  complete(at: { readonly text: string; readonly caret: number }): readonly Completion[] {
    return completions(at.text, at.caret, this.#known.gathered());
  }

  get summary(): Summary {
    return summaryOf({
      log: this.#log,
      view: this.#view,
      sorted: this.#sorted,
      pump: this.#pump,
      attachment: this.#attachment,
      settling: this.#settling,
      version: this.#version,
    });
  }

  /**
   * Pulls from this subscription from now on. After an earlier one ended, a marker row says from when to when nothing was
   * seen. The subscription is this inspection's from here: {@link close} closes it.
   */
  attach(subscription: Subscription): void {
    this.#attachment.attach(subscription);
  }

  /**
   * The rows `from … from + count - 1` of what the filter lets through, packed by `packRows`; fewer at the end. Where an
   * anchor has moved, the range is moved with it.
   */
  rows(range: RowRange): ArrayBuffer {
    return this.#rows.read(range);
  }

  /** Where a message stands in the current view, -1 when the filter hides it or it was evicted. */
  locate(seq: number): number {
    return this.#sorted.position(seq);
  }

  /** Absent = in the order of arrival. What takes longer than a moment goes on by itself. */
  setSort(sort: Sort | undefined): void {
    this.#sorted.setSort(sort);
    this.#fire();
  }

  /** What the newest messages have that could be a column. */
  knownFields(): KnownFields {
    return knownFields(this.#log);
  }

  /** What is kept, counted by time, in at most so many bars. */
  timeline(buckets: number): Promise<Timeline> {
    return this.#timeline.read(buckets);
  }

  /** The unsettled messages that have waited longest, oldest first, whatever the filter shows. */
  unsettled(count: number): readonly Unsettled[] {
    return this.#settling.unsettled(count);
  }

  /**
   * These messages, oldest first, to be read one after the other while the log goes on.
   * @param fields whose texts are wanted with each, as columns name them
   */
  messages(which: WhichMessages, fields?: readonly string[]): SelectedMessages {
    return new SelectedMessages(this.#log, this.#view, which, fields);
  }

  /** What the filter lets through now, oldest first, markers left out; at most so many. */
  shownSeqs(most?: number): Promise<readonly number[]> {
    return shownSeqs(this.#log, this.#view, most);
  }

  /** The newest message before this one that has the same key; undefined when none is kept. */
  previousOfKey(seq: number): Promise<number | undefined> {
    return previousOfKey(this.#log, seq);
  }

  /**
   * Settles what of the request may still be settled. `lost` = the chance was gone: the broker delivers those again.
   * @param consent of the user, where the guard of the connection wants it
   * @throws BrokerError `closed` · `unsupported` · `denied`
   */
  settle(request: SettleRequest, consent?: Consent): Promise<{ settled: number; lost: number }> {
    return this.#settling.settle(request, consent);
  }

  /** The messages that may be settled, of what the filter lets through. */
  pendingShown(): readonly number[] {
    return this.#settling.pendingShown();
  }

  /** These were removed from their source by other means. */
  markDeleted(seqs: readonly number[]): void {
    this.#settling.markDeleted(seqs);
  }

  /** Those of them that {@link delete} can remove. */
  deletable(seqs: readonly number[]): readonly number[] {
    return this.#settling.deletable(seqs);
  }

  /**
   * Removes messages that were only looked at from their source. `gone` = they were not there any more.
   * @throws BrokerError `closed` · `unsupported` and what the broker says
   */
  delete(seqs: readonly number[], consent?: Consent): Promise<{ deleted: number; gone: number }> {
    return this.#settling.delete(seqs, consent);
  }

  setPaused(paused: boolean): void {
    if (this.#pump.paused === paused) return;
    this.#pump.setPaused(paused);
    this.#change();
  }

  /** @throws what the subscription throws, and BrokerError `invalid` */
  setWindow(window: number): Promise<void> {
    return this.#attachment.setWindow(window);
  }

  /**
   * Shows only what this text lets through of what arrived in the range, everything when both are missing; returns when
   * the first part was searched.
   */
  setFilter(text: string, range?: TimeRange): void {
    // With a mistake in it, what was shown before stays.
    if (this.#view.setFilter(text, range)) this.#sorted.restart();
    this.#change();
  }

  /** Forgets what is settled or cannot be settled. */
  clear(): void {
    this.#log.clear();
    this.#view.restart();
    this.#sorted.restart();
    this.#pump.resume();
    this.#change();
  }

  /** Closes the subscription, which gives back what is unsettled, and forgets everything. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#view.close();
    this.#sorted.close();
    this.#changed.dispose();
    await this.#attachment.close();
  }

  #change(): void {
    this.#sorted.touch();
    this.#fire();
  }

  #fire(): void {
    this.#version++;
    if (!this.#closed) this.#changed.fire();
  }
}
