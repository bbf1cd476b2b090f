/** Finding messages among all that are kept, in slices that never hold the event loop. */
import { jsonShape } from "./envelope.ts";
import type { MessageLog } from "./log.ts";
import { newGlance, newRecordBytes } from "./record.ts";

/** How long one piece of looking may hold the event loop, in milliseconds. */
const slice = 6;
/** Rows between two looks at the clock. */
const step = 512;

/** What {@link shownSeqs} reads of a view. */
export interface Shown {
  readonly count: number;
  slotAt(position: number): number;
  position(seq: number): number;
}

/**
 * The seqs of the messages that a view shows now, oldest first, markers left out. What arrives or leaves in the meantime
 * does not disturb it.
 * @param most end after this many
 */
export async function shownSeqs(log: MessageLog, view: Shown, most = Infinity): Promise<readonly number[]> {
  const end = log.nextSeq;
  const seqs: number[] = [];
  let last = 0;
  let until = performance.now() + slice;
  for (let position = 0; position < view.count && seqs.length < most; position++) {
    if (position % step === 0 && performance.now() >= until) {
      await breathe();
      until = performance.now() + slice;
      // Older ones may have gone in the meantime, and the rest moved up.
      position = Math.max(0, view.position(last));
      if (position >= view.count) break;
    }
    const slot = view.slotAt(position);
    const seq = log.seq(slot);
    if (seq >= end) break;
    if (seq <= last) continue;
    last = seq;
    if (!log.isMarker(slot)) seqs.push(seq);
  }
  return seqs;
}

/** The newest message that is older than `seq` and has the same key; undefined when none is kept. */
export async function previousOfKey(log: MessageLog, seq: number): Promise<number | undefined> {
  const slot = log.slot(seq);
  if (slot < 0) return undefined;
  const hasKey = keyReader(log);
  const { key } = log.envelope(slot);
  let before = seq;
  let until = performance.now() + slice;
  for (;;) {
    let position = log.positionFrom(before) - 1;
    for (let some = 0; some < step && position >= 0; some++, position--) {
      const candidate = log.slotAt(position);
      before = log.seq(candidate);
      if (!log.isMarker(candidate) && hasKey(candidate, key)) return before;
    }
    if (position < 0) return undefined;
    if (performance.now() < until) continue;
    await breathe();
    until = performance.now() + slice;
  }
}

/** Compares the bytes of keys where they lie: nothing else of a record is decoded. */
function keyReader(log: MessageLog): (slot: number, key: string | undefined) => boolean {
  const record = newRecordBytes();
  const glance = newGlance();
  let asked: string | undefined;
  let bytes = Buffer.alloc(0);
  return (slot, key) => {
    log.locate(slot, record);
    log.glance(record, glance);
    const { key: text, keyStart, keyEnd } = glance;
    // In front of a key there is its length, even of an empty one; what is kept as JSON is decoded already.
    if (record.shape === jsonShape || keyStart === record.start) return text === key;
    if (key === undefined) return false;
    if (key !== asked) bytes = Buffer.from((asked = key));
    return bytes.length === keyEnd - keyStart && bytes.compare(record.buffer, keyStart, keyEnd) === 0;
  };
}

function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
