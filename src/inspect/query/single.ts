import type { MessageLog } from "../log.ts";
import { newRecordBytes } from "../record.ts";
import { contentEncodingOf } from "./shapes.ts";
import { unpackNow } from "./unpackNow.ts";

/** One message, to be looked at in pieces: its bytes stay what they are, whatever the log does meanwhile. */
export class Single {
  readonly log: MessageLog;
  readonly slot: number;
  readonly seq: number;
  readonly size: number;
  /** Its envelope as the log keeps it. */
  readonly head: Buffer;
  readonly shape: number;
  /** Whether `body` is not all of it. */
  isCut = false;
  readonly #kept: Buffer;
  #body: Buffer | undefined;

  constructor(log: MessageLog, slot: number) {
    this.log = log;
    this.slot = slot;
    this.seq = log.seq(slot);
    this.size = log.size(slot);
    const { buffer, start, bodyStart, end, shape } = located(log, slot);
    this.shape = shape;
    // A slab of its own is never used again; another one might be.
    const own = start === 0 && end === buffer.length;
    const bytes = own ? buffer : Buffer.from(buffer.subarray(start, end));
    this.head = bytes.subarray(0, bodyStart - start);
    this.#kept = bytes.subarray(bodyStart - start);
  }

  /** The body, unpacked where it is packed. */
  get body(): Buffer {
    return this.#body ?? this.unpack();
  }

  unpack(): Buffer {
    const kept = this.#kept;
    const { bytes, whole } = unpackNow(kept, contentEncodingOf(this.log, this.shape, this.head));
    this.isCut = !whole;
    return (this.#body = bytes);
  }
}

function located(log: MessageLog, slot: number) {
  const record = newRecordBytes();
  log.locate(slot, record);
  return record;
}
