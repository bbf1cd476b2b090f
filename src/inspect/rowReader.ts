import { mostColumns } from "../protocol/columns.ts";
import type { RowRange } from "../protocol/inspector.ts";
import type { MessageLog } from "./log.ts";
import { RowPacker } from "./rowPacker.ts";
import type { SortedView } from "./sortedView.ts";

/** More than any page shows at once. */
const mostRows = 5000;

/** Reads the rows of a list, packed by `packRows`. */
export class RowReader {
  readonly #sorted: SortedView;
  readonly #packer: RowPacker;

  constructor(log: MessageLog, sorted: SortedView) {
    this.#sorted = sorted;
    this.#packer = new RowPacker(log);
  }

  /** The rows `from … from + count - 1`; fewer at the end. Where an anchor has moved, the range is moved with it. */
  read(range: RowRange): ArrayBuffer {
    const { anchor, fields = [] } = range;
    const place = anchor ? this.#sorted.position(anchor.seq) : -1;
    const moved = anchor && place >= 0 ? place - anchor.index : 0;
    const from = Math.max(0, Math.trunc(range.from + moved) || 0);
    const end = Math.min(from + Math.min(Math.trunc(range.count) || 0, mostRows), this.#sorted.count);
    const slots: number[] = [];
    for (let position = from; position < end; position++) slots.push(this.#sorted.slotAt(position));
    return this.#packer.pack(slots, fields.slice(0, mostColumns), from);
  }
}
