/** Avro's own envelopes: container files, which bring their schema along. */
import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { type AvroType, parseAvroSchema } from "./avroSchema.ts";
import { Slices } from "./slices.ts";
import { smallVarint, varintEnd, varintValue, zigzag } from "./varint.ts";
import { mostBytes } from "./unpack.ts";

export interface AvroFile {
  readonly type: AvroType;
  /** The values of all blocks, one behind the other. */
  readonly bytes: Buffer;
  readonly count: number;
}

/** Whether these bytes begin like a container file. */
export function isAvroFile(bytes: Buffer): boolean {
  return bytes.length > 4 && bytes.readUInt32BE(0) === 0x4f626a01;
}

/** @throws BrokerError `invalid` with the reason */
export async function readAvroFile(bytes: Buffer, whole: boolean): Promise<AvroFile> {
  const cursor = new Cursor(bytes, 4);
  const meta = new Map<string, Buffer>();
  for (let left = cursor.long(); left !== 0; left = cursor.long()) {
    if (left < 0) cursor.long();
    for (let entry = Math.abs(left); entry > 0; entry--)
      meta.set(cursor.take(cursor.long()).toString(), cursor.take(cursor.long()));
  }
  const type = parseAvroSchema(meta.get("avro.schema")?.toString() ?? "");
  const codec = meta.get("avro.codec")?.toString() ?? "null";
  if (codec !== "null" && codec !== "deflate")
    throw new BrokerError("invalid", t("Blocks packed with “{codec}” are not read.", { codec }));
  const sync = cursor.take(16);
  const blocks: Buffer[] = [];
  const slices = new Slices();
  let count = 0;
  let length = 0;
  while (cursor.rest > 0) {
    try {
      const values = cursor.long();
      const block = cursor.take(cursor.long());
      if (!cursor.take(16).equals(sync))
        throw new BrokerError("invalid", t("A block does not end with the mark of its file."));
      const data =
        codec === "null" ? block : await promisify(inflateRaw)(block, { maxOutputLength: mostBytes - length });
      count += values;
      length += data.length;
      blocks.push(data);
    } catch (error) {
      if (!whole && count > 0) break;
      throw error instanceof BrokerError
        ? error
        : new BrokerError("invalid", String(error instanceof Error ? error.message : error));
    }
    const pause = slices.pause();
    if (pause) await pause;
  }
  return { type, bytes: Buffer.concat(blocks, length), count };
}

class Cursor {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get rest(): number {
    return this.#bytes.length - this.#at;
  }

  long(): number {
    const end = varintEnd(this.#bytes, this.#at, this.#bytes.length);
    if (end < 0) throw new BrokerError("invalid", t("The data ends in the middle of a value."));
    const value =
      end - this.#at <= 4
        ? Number(zigzag(BigInt(smallVarint(this.#bytes, this.#at, end))))
        : Number(zigzag(varintValue(this.#bytes, this.#at, end)));
    this.#at = end;
    return value;
  }

  take(count: number): Buffer {
    if (count < 0 || count > this.rest) throw new BrokerError("invalid", t("The data ends in the middle of a value."));
    return this.#bytes.subarray(this.#at, (this.#at += count));
  }
}
