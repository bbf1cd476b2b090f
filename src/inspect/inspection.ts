import { t } from "@vscode/l10n";
import type { Delivery, Draft, Fact, Outcome, Subscription } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import { Emitter, type Event } from "../broker/event.ts";
import type { Detail, InspectorState, SettleRequest, Summary } from "../protocol/inspector.ts";
import type { AckState } from "../protocol/rows.ts";
import { deadLetterPath } from "./deadLetterPath.ts";
import { viewBody } from "./decode.ts";
import { type LogLimits, MessageLog } from "./log.ts";
import { RowPacker } from "./rowPacker.ts";
import { View } from "./view.ts";

/** How long one piece of work may hold the event loop, in milliseconds. */
const slice = 6;

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

/**
 * The model behind one inspector: pulls what a subscription delivers into a bounded log, shows it through a filter and
 * settles it. Nothing in it holds the event loop for longer than 10 ms.
 */
export class Inspection {
  readonly #now: () => number;
  readonly #log: MessageLog;
  readonly #packer: RowPacker;
  readonly #view: View;
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
    this.#view = new View(this.#log, () => {
      this.#change();
    });
    this.#packer = new RowPacker(this.#log);
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

  get window(): number {
    return this.#window;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get filter(): string {
    return this.#view.text;
  }

  get summary(): Summary {
    const log = this.#log;
    const stalled = this.#ended ? undefined : this.#paused ? "paused" : this.#full ? "full" : undefined;
    return {
      version: this.#version,
      shown: this.#view.count,
      kept: log.count,
      received: log.received,
      pending: log.pending,
      evicted: log.evicted,
      dropped: this.#droppedBefore + (this.#subscription?.dropped ?? 0),
      bytes: log.bytes,
      ...(stalled ? { stalled } : {}),
      searching: this.#view.searching,
      ...(this.#view.problem === undefined ? {} : { filterProblem: this.#view.problem }),
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

  /** The rows `from … from + count - 1` of what the filter lets through, packed by `packRows`; fewer at the end. */
  rows(range: { readonly from: number; readonly count: number }): ArrayBuffer {
    const from = Math.max(0, Math.trunc(range.from) || 0);
    const end = Math.min(from + Math.min(Math.trunc(range.count) || 0, 5000), this.#view.count);
    const slots: number[] = [];
    for (let position = from; position < end; position++) slots.push(this.#view.slotAt(position));
    return this.#packer.pack(slots);
  }

  /** Where a message stands in the current view, -1 when the filter hides it or it was evicted. */
  locate(seq: number): number {
    return this.#view.position(seq);
  }

  /** @throws BrokerError `missing` when it is no longer kept */
  async detail(seq: number): Promise<Detail> {
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
    return { ...detail, body: await viewBody(Buffer.from(log.body(slot)), { size: log.size(slot), ...rest }) };
  }

  /** What is kept of the body, as it arrived; undefined when the message is no longer kept. */
  body(seq: number): Uint8Array | undefined {
    const slot = this.#log.slot(seq);
    return slot < 0 ? undefined : Uint8Array.from(this.#log.body(slot));
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
    const seqOf = new Map<number, number>();
    for (const seq of seqs.toSorted((a, b) => a - b)) seqOf.set(this.#log.tag(this.#log.slot(seq)), seq);
    this.#setStates(seqOf.values(), "settling");
    this.#change();
    try {
      const lost = new Set(await subscription.settle([...seqOf.keys()], outcome));
      for (const [tag, seq] of seqOf) this.#setState(seq, lost.has(tag) ? "lost" : settledAs[outcome]);
      return { settled: seqOf.size - lost.size, lost: lost.size };
    } catch (error) {
      this.#setStates(seqOf.values(), this.#ended?.failed ? "lost" : "pending");
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

  /** Shows only what this text lets through, everything when it is empty; answers when the first part was searched. */
  setFilter(text: string): void {
    this.#view.setFilter(text);
    this.#change();
  }

  /** Forgets what is settled or cannot be settled. */
  clear(): void {
    this.#log.clear();
    this.#view.restart();
    this.#resume();
    this.#change();
  }

  /** Closes the subscription, which gives back what is unsettled, and forgets everything. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#view.close();
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
    let next = from;
    for (; next < batch.length; next++) {
      const delivery = batch[next];
      if (!delivery) break;
      if (log.add(delivery, now, state) < 0) {
        this.#full = true;
        break;
      }
      // Messages may be large: the clock is asked after a few.
      if ((next & 31) === 31 && performance.now() - this.#sliceStart >= slice) {
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
    const log = this.#log;
    for (let position = 0; log.pending > 0 && position < log.count; position++) {
      const slot = log.slotAt(position);
      const state = log.state(slot);
      if (state === "pending" || state === "settling") log.setState(slot, "lost");
    }
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
    const seqs: number[] = [];
    const shown = this.#view.count;
    for (let position = 0; position < shown && seqs.length < this.#log.pending; position++) {
      const slot = this.#view.slotAt(position);
      if (this.#log.state(slot) === "pending") seqs.push(this.#log.seq(slot));
    }
    return seqs;
  }

  #isPending(seq: number): boolean {
    const slot = this.#log.slot(seq);
    return slot >= 0 && this.#log.state(slot) === "pending";
  }

  #setStates(seqs: Iterable<number>, state: AckState): void {
    for (const seq of seqs) this.#setState(seq, state);
  }

  #setState(seq: number, state: AckState): void {
    const slot = this.#log.slot(seq);
    if (slot >= 0 && this.#log.state(slot) !== "lost") this.#log.setState(slot, state);
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
