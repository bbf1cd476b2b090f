import { t } from "@vscode/l10n";
import { RowWriter } from "../protocol/rows.ts";
import { ExtraTexts } from "./columns.ts";
import type { MessageLog } from "./log.ts";
import { guessType, preview, previewChars, previewText } from "./preview.ts";
import { newGlance, newRecordBytes } from "./record.ts";

/** Packs messages of a log as the rows that a page shows. */
export class RowPacker {
  readonly #log: MessageLog;
  readonly #record = newRecordBytes();
  readonly #glance = newGlance();
  readonly #extras: ExtraTexts;
  /** Content types are few: what they look like is worked out once. */
  readonly #types = new Map<string, string>();

  constructor(log: MessageLog) {
    this.#log = log;
    this.#extras = new ExtraTexts(log);
  }

  /**
   * @param slots one below 0 is something that was evicted
   * @param fields further columns, whose texts come with each row
   * @param from the place in the view of the first
   */
  pack(slots: readonly number[], fields: readonly string[] = [], from = 0): ArrayBuffer {
    const writer = new RowWriter(slots.length, fields.length, from);
    for (const slot of slots) {
      if (slot < 0) {
        writeGone(writer, fields.length);
        continue;
      }
      this.#write(slot, writer);
      if (fields.length > 0) this.#extras.write(slot, fields, writer);
    }
    return writer.finish();
  }

  #write(slot: number, writer: RowWriter): void {
    const log = this.#log;
    const record = this.#record;
    const glance = this.#glance;
    const marker = log.isMarker(slot);
    log.locate(slot, record);
    log.glance(record, glance);
    writer.begin({
      seq: log.seq(slot),
      received: log.time(slot),
      state: log.state(slot),
      redelivered: log.isRedelivered(slot),
      deliveryCount: glance.deliveryCount,
      size: log.size(slot),
      marker,
    });
    if (marker) {
      writer.text("");
      writer.text("");
      writer.text(log.sentence(slot));
      return;
    }
    const { buffer, bodyStart, end } = record;
    if (glance.key !== undefined) writer.text(previewText(glance.key));
    else if (glance.keyEnd - glance.keyStart > previewChars || !writer.plain(buffer, glance.keyStart, glance.keyEnd))
      writer.text(previewText(buffer.toString("utf8", glance.keyStart, glance.keyEnd)));
    if (glance.contentType === undefined) writer.text(guessType(buffer.subarray(bodyStart, end)));
    else writer.text(this.#type(glance.contentType));
    if (!writer.plain(buffer, bodyStart, end, previewChars)) writer.text(preview(buffer.subarray(bodyStart, end)));
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

/** The row of something that was evicted, and that the present order still has. */
function writeGone(writer: RowWriter, extras: number): void {
  const common = { seq: -1, received: 0, state: "none", redelivered: false, deliveryCount: -1 } as const;
  writer.begin({ ...common, size: 0, marker: true });
  writer.text("");
  writer.text("");
  writer.text(t("No longer kept: newer ones took its place."));
  for (let at = 0; at < extras; at++) writer.text("");
}
