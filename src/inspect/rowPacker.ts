import { RowWriter } from "../protocol/rows.ts";
import type { MessageLog } from "./log.ts";
import { guessType, preview, previewChars, previewText } from "./preview.ts";
import { newGlance, newRecordBytes } from "./record.ts";

/** Packs messages of a log as the rows that a page shows. */
export class RowPacker {
  readonly #log: MessageLog;
  readonly #record = newRecordBytes();
  readonly #glance = newGlance();
  /** Content types are few: what they look like is worked out once. */
  readonly #types = new Map<string, string>();

  constructor(log: MessageLog) {
    this.#log = log;
  }

  pack(slots: readonly number[]): ArrayBuffer {
    const writer = new RowWriter(slots.length);
    for (const slot of slots) this.#write(slot, writer);
    return writer.finish();
  }

  #write(slot: number, writer: RowWriter): void {
    const log = this.#log;
    const record = this.#record;
    const glance = this.#glance;
    const common = {
      seq: log.seq(slot),
      received: log.time(slot),
      state: log.state(slot),
      redelivered: log.isRedelivered(slot),
      size: log.size(slot),
    };
    if (log.isMarker(slot)) {
      writer.begin({ ...common, deliveryCount: -1, marker: true });
      writer.text("");
      writer.text("");
      writer.text(log.sentence(slot));
      return;
    }
    log.locate(slot, record);
    log.glance(record, glance);
    const { buffer, bodyStart, end } = record;
    writer.begin({ ...common, deliveryCount: glance.deliveryCount, marker: false });
    if (glance.key !== undefined) writer.text(previewText(glance.key));
    else if (glance.keyEnd - glance.keyStart > previewChars || !writer.plain(buffer, glance.keyStart, glance.keyEnd))
      writer.text(previewText(buffer.toString("utf8", glance.keyStart, glance.keyEnd)));
    if (glance.contentType === undefined) writer.text(guessType(buffer.subarray(bodyStart, end)));
    else writer.text(this.#type(glance.contentType));
    if (!writer.plain(buffer, bodyStart, Math.min(end, bodyStart + previewChars)))
      writer.text(preview(buffer.subarray(bodyStart, end)));
  }

  #type(type: string): string {
    let found = this.#types.get(type);
    if (found === undefined) {
      if (this.#types.size > 1000) this.#types.clear();
      this.#types.set(type, (found = previewText(type)));
    }
    return found;
  }
}
