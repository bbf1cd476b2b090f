import { t } from "@vscode/l10n";
import type { Delivery, Draft, Fact, Outcome, SettleTerms, Subscription } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import { Emitter, type Event } from "../broker/event.ts";
import { type KnownFields, mostColumns, type Sort } from "../protocol/columns.ts";
import type { Completion, TimeRange } from "../protocol/filter.ts";
import type { Detail, InspectorState, RowRange, SettleRequest, Summary } from "../protocol/inspector.ts";
import type { Unsettled } from "../protocol/settling.ts";
import type { AckState } from "../protocol/rows.ts";
import type { Timeline } from "../protocol/timeline.ts";
import { previousOfKey, shownSeqs } from "./collect.ts";
import { knownFields } from "./columns.ts";
import { deadLetterPath } from "./deadLetterPath.ts";
import { type BodyClaims, viewBody } from "./decode/decodeBody.ts";
import type { BodyView } from "../protocol/body.ts";
import { MessageLog } from "./log.ts";
import type { LogLimits } from "./logLimits.ts";
import { completions } from "./query/completions.ts";
import { KnownValues } from "./query/known.ts";
import { RowPacker } from "./rowPacker.ts";
import { SelectedMessages, type WhichMessages } from "./selectedMessages.ts";
import { SettleMeter } from "./settleMeter.ts";
import { TimelineCounter } from "./timeline.ts";
import { SortedView } from "./sortedView.ts";
import { View } from "./view.ts";

/** How long one piece of work may hold the event loop, in milliseconds. */
const slice = 4;
const clockBytes = 1024 * 1024;

/** How many go to the broker together, so that settling very many holds up nothing else. */
const settledAtOnce = 10_000;

export interface InspectionOptions {
  readonly limits?: Partial<LogLimits>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** A kept message as something to send again. */
export interface Copy {
  readonly draft: Draft;
  /** Where it was published to: the exchange. */
  readonly origin?: string;
  /** false when the body was too large to keep whole: `draft.body` is only its beginning. */
  readonly whole: boolean;
}

/** A kept message, whole but for a very large body. */
export interface KeptMessage extends Copy {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly received: number;
  readonly state: AckState;
  readonly redelivered: boolean;
  readonly deliveryCount?: number;
  readonly position?: string;
  /** The true size of the body in bytes. */
  readonly size: number;
}

/**
 * The model behind one inspector: pulls what a subscription delivers into a bounded log, shows it through a filter and
 * settles it. Nothing in it holds the event loop for longer than 10 ms.
 */
export class Inspection {
  readonly #now: () => number;
  readonly #log: MessageLog;
  readonly #packer: RowPacker;
  readonly #meter: SettleMeter;
  readonly #view: View;
  readonly #known: KnownValues;
  readonly #sorted: SortedView;
  readonly #timeline: TimelineCounter;
  readonly #changed = new Emitter<void>();
  /** Fires after every change, as often as once per slice of work: whoever shows it slows it down. */
  readonly onDidChange: Event<void> = this.#changed.event;

  #subscription: Subscription | undefined;
  #ended: InspectorState["ended"];
  #endedAt = 0;
  #unsettledAtEnd = 0;
  /** `dropped` of the subscriptions before this one. */
  #droppedBefore = 0;
  #facts: readonly Fact[] = [];
  #outcomes: readonly Outcome[] = [];
  #window = 0;
  #paused = false;
  #full = false;
  #closed = false;
  #wake: (() => void) | undefined;
  #sliceStart = 0;
  #version = 0;

  constructor(options: InspectionOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.#log = new MessageLog(options.limits);
    this.#view = new View(
      this.#log,
      () => {
        this.#change();
      },
      this.#now,
    );
    this.#sorted = new SortedView(this.#log, this.#view, () => {
      this.#fire();
    });
    this.#timeline = new TimelineCounter({
      log: this.#log,
      // A range by itself takes no colour from what is outside of it.
      shown: () => (this.#view.text === "" ? undefined : this.#view),
      version: () => this.#version,
    });
    this.#known = new KnownValues(this.#log);
    this.#packer = new RowPacker(this.#log);
    this.#meter = new SettleMeter(this.#log, this.#now);
  }

  /** Absent while attached; else why it ended. */
  get ended(): InspectorState["ended"] {
    return this.#ended;
  }

  get facts(): readonly Fact[] {
    return this.#facts;
  }

  get outcomes(): readonly Outcome[] {
    return this.#outcomes;
  }

  /** What settling does, as far as the source tells it. */
  get terms(): SettleTerms | undefined {
    return this.#subscription?.terms;
  }

  /** What is kept, to be looked through and never changed. */
  get log(): MessageLog {
    return this.#log;
  }

  get window(): number {
    return this.#window;
  }

  get paused(): boolean {
    return this.#paused;
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
    const log = this.#log;
    const stalled = this.#ended ? undefined : this.#paused ? "paused" : this.#full ? "full" : undefined;
    return {
      version: this.#version,
      shown: this.#sorted.count,
      kept: log.count,
      received: log.received,
      pending: log.pending,
      evicted: log.evicted,
      dropped: this.#droppedBefore + (this.#subscription?.dropped ?? 0),
      bytes: log.bytes,
      ...(this.#outcomes.length > 0 ? { settling: this.#meter.count } : {}),
      ...(stalled ? { stalled } : {}),
      searching: this.#view.searching,
      ...(this.#sorted.sorting ? { sorting: true } : {}),
      ...(this.#view.mistake ? { filterMistake: this.#view.mistake } : {}),
      ...(this.#view.note === undefined ? {} : { filterNote: this.#view.note }),
      highlights: this.#view.highlights,
      // Sorted rows move in another way.
      shift: this.#sorted.sort ? 0 : this.#view.shift,
    };
  }

  /**
   * Pulls from this subscription from now on. After an earlier one ended, a marker row says from when to when nothing was
   * seen. The subscription is this inspection's from here: {@link close} closes it.
   */
  attach(subscription: Subscription): void {
    if (this.#closed || (this.#subscription && !this.#ended)) throw new Error("Attached or closed already");
    if (this.#ended) {
      this.#droppedBefore += this.#subscription?.dropped ?? 0;
      void this.#subscription?.close();
      if (!this.#ended.failed) this.#unsettledAtEnd = this.#log.pending;
      this.#lose();
      this.#log.addMarker(this.#gapSentence(), this.#now());
    }
    this.#subscription = subscription;
    this.#ended = undefined;
    this.#facts = subscription.facts;
    this.#outcomes = subscription.outcomes;
    this.#window = subscription.window;
    this.#full = false;
    this.#change();
    void this.#pump(subscription);
  }

  /**
   * The rows `from … from + count - 1` of what the filter lets through, packed by `packRows`; fewer at the end. Where an
   * anchor has moved, the range is moved with it.
   */
  rows(range: RowRange): ArrayBuffer {
    const { anchor, fields = [] } = range;
    const place = anchor ? this.#sorted.position(anchor.seq) : -1;
    const moved = anchor && place >= 0 ? place - anchor.index : 0;
    const from = Math.max(0, Math.trunc(range.from + moved) || 0);
    const end = Math.min(from + Math.min(Math.trunc(range.count) || 0, 5000), this.#sorted.count);
    const slots: number[] = [];
    for (let position = from; position < end; position++) slots.push(this.#sorted.slotAt(position));
    return this.#packer.pack(slots, fields.slice(0, mostColumns), from);
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
    return this.#meter.unsettled(count);
  }

  /** @throws BrokerError `missing` when it is no longer kept */
  async detail(
    seq: number,
    view: (body: Buffer, claims: BodyClaims) => Promise<BodyView> = viewBody,
  ): Promise<Detail> {
    const log = this.#log;
    const slot = this.#slot(seq);
    const { headers, properties, ...rest } = log.envelope(slot);
    const persistent = log.isPersistent(slot);
    const detail = {
      seq,
      received: log.time(slot),
      state: log.state(slot),
      redelivered: log.isRedelivered(slot),
      ...(persistent === undefined ? {} : { persistent }),
      ...(log.isMarker(slot) ? {} : rest),
      headers,
      properties,
      deaths: deadLetterPath(headers),
    };
    return { ...detail, body: await view(Buffer.from(log.body(slot)), { size: log.size(slot), ...rest }) };
  }

  /** What is kept of the body, as it arrived; undefined when the message is no longer kept. */
  body(seq: number): Uint8Array | undefined {
    const slot = this.#log.slot(seq);
    return slot < 0 ? undefined : Uint8Array.from(this.#log.body(slot));
  }

  /**
   * These messages, oldest first, to be read one after the other while the log goes on.
   * @param fields whose texts are wanted with each, as columns name them
   */
  messages(which: WhichMessages, fields?: readonly string[]): SelectedMessages {
    return new SelectedMessages(this.#log, this.#view, which, fields);
  }

  /** The message as a new draft. @throws BrokerError `missing` when it is no longer kept */
  draft(seq: number): Copy {
    const log = this.#log;
    const slot = this.#slot(seq);
    const { key, origin, contentType, contentEncoding, headers, properties } = log.envelope(slot);
    const body = Uint8Array.from(log.body(slot));
    return {
      draft: {
        body,
        ...(key === undefined ? {} : { key }),
        ...(contentType === undefined ? {} : { contentType }),
        ...(contentEncoding === undefined ? {} : { contentEncoding }),
        persistent: log.isPersistent(slot) ?? true,
        headers,
        properties,
      },
      ...(origin === undefined ? {} : { origin }),
      whole: body.length === log.size(slot),
    };
  }

  /** A message with all that is known of it; undefined when it is no longer kept. */
  message(seq: number): KeptMessage | undefined {
    const log = this.#log;
    const slot = log.slot(seq);
    if (slot < 0 || log.isMarker(slot)) return undefined;
    const { deliveryCount, position } = log.envelope(slot);
    return {
      ...this.draft(seq),
      seq,
      received: log.time(slot),
      state: log.state(slot),
      redelivered: log.isRedelivered(slot),
      ...(deliveryCount === undefined ? {} : { deliveryCount }),
      ...(position === undefined ? {} : { position }),
      size: log.size(slot),
    };
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
   * @throws BrokerError `closed` · `unsupported`
   */
  async settle(request: SettleRequest): Promise<{ settled: number; lost: number }> {
    const subscription = this.#subscription;
    if (!subscription || this.#closed || this.#ended?.failed)
      throw new BrokerError("closed", t("The consumer is no longer attached: its messages went back to the broker."));
    const { outcome } = request;
    if (!subscription.outcomes.includes(outcome))
      throw new BrokerError("unsupported", t("These messages cannot be settled in this way."));
    const seqs = request.what === "all" ? this.#pendingInView() : request.seqs.filter((seq) => this.#isPending(seq));
    if (seqs.length === 0) return { settled: 0, lost: 0 };
    const ordered = seqs.toSorted((a, b) => a - b);
    const tags = ordered.map((seq) => this.#log.tag(this.#log.slot(seq)));
    this.#setStates(ordered, "settling");
    this.#change();
    let done = 0;
    let lost = 0;
    try {
      while (done < ordered.length) {
        const end = Math.min(done + settledAtOnce, ordered.length);
        const lostTags = new Set(await subscription.settle(tags.slice(done, end), outcome));
        const part = ordered.slice(done, end);
        for (const [index, seq] of part.entries())
          this.#setState(seq, lostTags.has(tags[done + index] ?? -1) ? "lost" : settledAs[outcome]);
        this.#statesChanged(part);
        done = end;
        lost += lostTags.size;
      }
      return { settled: ordered.length - lost, lost };
    } catch (error) {
      this.#setStates(ordered.slice(done), this.#ended?.failed ? "lost" : "pending");
      throw error;
    } finally {
      this.#resume();
      this.#change();
    }
  }

  setPaused(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#resume();
    this.#change();
  }

  /** @throws what the subscription throws, and BrokerError `invalid` */
  async setWindow(window: number): Promise<void> {
    const most = this.#log.limits.messages;
    if (!Number.isInteger(window) || window < 1 || window > most)
      throw new BrokerError("invalid", t("The window is a whole number from 1 to {most}.", { most }));
    await this.#subscription?.setWindow(window);
    this.#window = window;
    this.#change();
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
    this.#resume();
    this.#change();
  }

  /** Closes the subscription, which gives back what is unsettled, and forgets everything. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#view.close();
    this.#sorted.close();
    this.#resume();
    this.#changed.dispose();
    await this.#subscription?.close();
  }

  async #pump(subscription: Subscription): Promise<void> {
    let failure: { error: unknown } | undefined;
    try {
      for await (const batch of subscription) {
        let next = 0;
        while (next < batch.length && !this.#closed) {
          if (this.#paused || this.#full) {
            await new Promise<void>((resolve) => {
              this.#wake = resolve;
            });
            continue;
          }
          next = this.#append(batch, next);
          this.#change();
          if (performance.now() - this.#sliceStart >= slice) await this.#breathe();
        }
        if (this.#closed) return;
      }
    } catch (error) {
      failure = { error };
    }
    if (!this.#closed) this.#end(failure);
  }

  /** @returns the index of the first that was not taken */
  #append(batch: readonly Delivery[], from: number): number {
    const log = this.#log;
    const state: AckState = this.#outcomes.length > 0 ? "pending" : "none";
    const now = this.#now();
    let bytes = 0;
    let next = from;
    for (; next < batch.length; next++) {
      const delivery = batch[next];
      if (!delivery) break;
      if (log.add(delivery, now, state) < 0) {
        this.#full = true;
        break;
      }
      bytes += delivery.body.length;
      // The clock costs as much as a small message: it is asked after a few, or a large one.
      if ((next & 31) !== 31 && bytes < clockBytes) continue;
      bytes = 0;
      if (performance.now() - this.#sliceStart >= slice) {
        next++;
        break;
      }
    }
    this.#view.arrived();
    return next;
  }

  #end(failure: { readonly error: unknown } | undefined): void {
    this.#unsettledAtEnd = this.#log.pending;
    this.#endedAt = this.#now();
    this.#full = false;
    this.#ended = failure
      ? { sentence: sentenceOf(failure.error), failed: true }
      : { sentence: t("Everything that was there has been read."), failed: false };
    // What its session closed went back as well.
    this.#lose();
    if (failure) void this.#subscription?.close();
    this.#change();
  }

  /** What is unsettled cannot be settled any more. */
  #lose(): void {
    const slots = this.#log.heldSlots();
    for (const slot of slots) {
      this.#log.setState(slot, "lost");
      this.#meter.became("lost");
    }
    this.#statesChanged(slots.map((slot) => this.#log.seq(slot)));
  }

  #gapSentence(): string {
    const from = timeOfDay(this.#endedAt);
    const to = timeOfDay(this.#now());
    const count = this.#unsettledAtEnd;
    if (count === 0) return t("Nothing was seen from {from} to {to}.", { from, to });
    return t("Nothing was seen from {from} to {to}. Went back unsettled: {count}.", {
      from,
      to,
      count,
    });
  }

  #pendingInView(): number[] {
    const log = this.#log;
    const pending = log.heldSlots().filter((slot) => log.state(slot) === "pending");
    return pending.map((slot) => log.seq(slot)).filter((seq) => this.#view.position(seq) >= 0);
  }

  #isPending(seq: number): boolean {
    const slot = this.#log.slot(seq);
    return slot >= 0 && this.#log.state(slot) === "pending";
  }

  #setStates(seqs: Iterable<number>, state: AckState): void {
    const changed = [...seqs];
    for (const seq of changed) this.#setState(seq, state);
    this.#statesChanged(changed);
  }

  /** A filter may ask for them. */
  #statesChanged(seqs: Iterable<number>): void {
    if (this.#view.statesChanged(seqs)) this.#sorted.renew();
  }

  #setState(seq: number, state: AckState): void {
    const slot = this.#log.slot(seq);
    if (slot < 0 || this.#log.state(slot) === "lost") return;
    this.#log.setState(slot, state);
    this.#meter.became(state);
  }

  #slot(seq: number): number {
    const slot = this.#log.slot(seq);
    if (slot < 0) throw new BrokerError("missing", t("This message is no longer kept: newer ones took its place."));
    return slot;
  }

  /** Lets the pump look again whether it may go on. */
  #resume(): void {
    this.#full = false;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#sliceStart = performance.now();
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

/** As the list writes it: "14:03:59". */
function timeOfDay(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}

const settledAs = { ack: "acked", requeue: "requeued", reject: "rejected" } as const satisfies Record<
  Outcome,
  AckState
>;
