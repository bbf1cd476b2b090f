import { parseField } from "../protocol/columns.ts";
import type { AckState } from "../protocol/rows.ts";
import { type Shown, shownSeqs } from "./collect.ts";
import type { Envelope } from "./envelope.ts";
import { FieldReader } from "./fieldValue.ts";
import type { MessageLog } from "./log.ts";

/** How long one piece of work may hold the event loop, in milliseconds. */
const slice = 6;

/** Which messages are meant: these, what the filter lets through now, or all that is kept now. */
export type WhichMessages =
  { readonly what: "these"; readonly seqs: readonly number[] } | { readonly what: "shown" } | { readonly what: "kept" };

/** A message as the log keeps it. */
export interface SelectedMessage extends Envelope {
  readonly seq: number;
  /** Milliseconds since 1970, when it arrived here. */
  readonly received: number;
  readonly state: AckState;
  readonly redelivered: boolean;
  readonly persistent?: boolean;
  /** What is kept of the body, a copy; empty where bodies were not asked for. */
  readonly body: Buffer;
  /** The true size of the body: more than there is of it when it was kept cut. */
  readonly size: number;
  /** The texts of the fields that were asked for, as cells show them; an empty one where it has none. */
  readonly fields: readonly string[];
}

/** A view that may still be filling. */
export interface SearchedView extends Shown {
  readonly searching: boolean;
}

/**
 * Messages of a log, oldest first, read in slices that never hold the event loop. Which ones is settled when reading
 * begins; a message that is evicted or cleared before its turn is counted as gone. Markers are left out.
 */
export class SelectedMessages implements AsyncIterable<SelectedMessage> {
  readonly #log: MessageLog;
  readonly #shown: SearchedView;
  readonly #which: WhichMessages;
  readonly #fields: readonly (FieldReader | undefined)[];
  #seqs: Promise<readonly number[]> | undefined;
  #gone = 0;

  /** @param fields as columns name them: values in bodies, such as `$.customer.name` */
  constructor(log: MessageLog, shown: SearchedView, which: WhichMessages, fields: readonly string[] = []) {
    this.#log = log;
    this.#shown = shown;
    this.#which = which;
    this.#fields = fields.map((field) => {
      const parsed = parseField(field);
      return parsed && new FieldReader(log, parsed);
    });
  }

  /** How many are meant; settles which ones. */
  async count(): Promise<number> {
    this.#seqs ??= this.#collect();
    return (await this.#seqs).length;
  }

  /** How many of them were no longer kept when their turn came, in the last reading. */
  get gone(): number {
    return this.#gone;
  }

  [Symbol.asyncIterator](): AsyncGenerator<SelectedMessage, void> {
    return this.#read(true);
  }

  /** The same messages without their bodies. */
  envelopes(): AsyncGenerator<SelectedMessage, void> {
    return this.#read(false);
  }

  async *#read(bodies: boolean): AsyncGenerator<SelectedMessage, void> {
    this.#gone = 0;
    this.#seqs ??= this.#collect();
    let since = performance.now();
    for (const seq of await this.#seqs) {
      // What is done with a message until the next one is asked for counts, unless it waited meanwhile.
      if (performance.now() - since >= slice) {
        await breath();
        since = performance.now();
      }
      const slot = this.#log.slot(seq);
      if (slot < 0) this.#gone++;
      else yield this.#message(seq, slot, bodies);
    }
  }

  #message(seq: number, slot: number, bodies: boolean): SelectedMessage {
    const log = this.#log;
    const persistent = log.isPersistent(slot);
    const envelope = log.envelope(slot);
    return {
      ...envelope,
      seq,
      received: log.time(slot),
      state: log.state(slot),
      redelivered: log.isRedelivered(slot),
      ...(persistent === undefined ? {} : { persistent }),
      body: bodies ? Buffer.from(log.body(slot)) : nothing,
      size: log.size(slot),
      fields: bodies ? this.#fields.map((field) => field?.text(slot, envelope) ?? "") : [],
    };
  }

  async #collect(): Promise<readonly number[]> {
    const which = this.#which;
    const log = this.#log;
    if (which.what === "these")
      return which.seqs.toSorted((a, b) => a - b).filter((seq) => !isMarker(log, log.slot(seq)));
    if (which.what === "kept") return shownSeqs(log, log);
    while (this.#shown.searching) await breath();
    return shownSeqs(log, this.#shown);
  }
}

const nothing = Buffer.alloc(0);

function isMarker(log: MessageLog, slot: number): boolean {
  return slot >= 0 && log.isMarker(slot);
}

function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
