import type { MessageLog } from "../log.ts";
import { newRecordBytes } from "../record.ts";

/** Most messages, and most bytes but for the last record, of a batch. */
const mostMessages = 2048;
const mostBytes = 512 * 1024;

/** What is known of whether a message matches: `later` = it is to be looked at by itself, in pieces. */
export const no = 0;
export const yes = 1;
export const later = 2;

/**
 * Records that lie in one slab one behind the other, to be looked at together. Those of index `from` to `to - 1` are
 * valid, oldest first; their bytes are to be looked at before the log changes.
 */
export class Batch {
  readonly log: MessageLog;
  buffer: Buffer = Buffer.alloc(0);
  from = 0;
  to = 0;
  /** How many messages it takes at most. */
  most = mostMessages;
  readonly slots = new Uint32Array(mostMessages);
  readonly shapes = new Uint16Array(mostMessages);
  /** Where each record begins, its body begins, and it ends. */
  readonly starts = new Uint32Array(mostMessages);
  readonly bodyStarts = new Uint32Array(mostMessages);
  readonly ends = new Uint32Array(mostMessages);
  readonly #record = newRecordBytes();

  constructor(log: MessageLog) {
    this.log = log;
  }

  /** Takes what stands from position `first` on, not beyond `end`. @returns how many it took */
  fillForward(first: number, end: number): number {
    this.from = 0;
    this.to = this.#fill(0, 1, first, Math.min(this.most, end - first));
    return this.to;
  }

  /** Takes what stands before position `end`, not before `first`. @returns how many it took */
  fillBackward(first: number, end: number): number {
    const taken = this.#fill(mostMessages - 1, -1, end - 1, Math.min(this.most, end - first));
    this.from = mostMessages - taken;
    this.to = mostMessages;
    return taken;
  }

  /** Takes at most so many, from one position on in one direction. @returns how many it took */
  #fill(index: number, step: 1 | -1, position: number, most: number): number {
    const { log, slots, shapes, starts, bodyStarts, ends } = this;
    const record = this.#record;
    let bytes = 0;
    let taken = 0;
    while (taken < most && bytes <= mostBytes) {
      const slot = log.slotAt(position);
      log.locate(slot, record);
      const { buffer, start, end } = record;
      if (taken === 0) this.buffer = buffer;
      else if (buffer !== this.buffer) break;
      slots[index] = slot;
      shapes[index] = record.shape;
      starts[index] = start;
      bodyStarts[index] = record.bodyStart;
      ends[index] = end;
      // What lies between two records counts too.
      bytes = step > 0 ? end - (starts[index - taken] ?? 0) : (ends[index + taken] ?? 0) - start;
      taken++;
      index += step;
      position += step;
    }
    return taken;
  }
}
