/** The bytes of one record: `[start … bodyStart)` is its envelope, `[bodyStart … end)` the kept part of its body. */
export interface RecordBytes {
  buffer: Buffer;
  start: number;
  bodyStart: number;
  end: number;
  shape: number;
}

/** To be filled, and used again for the next record. */
export function newRecordBytes(): RecordBytes {
  return { buffer: Buffer.alloc(0), start: 0, bodyStart: 0, end: 0, shape: 0 };
}

/** What a row shows of an envelope. The key is text, or else lies at `[keyStart … keyEnd)` of the record's buffer. */
export interface Glance {
  key: string | undefined;
  keyStart: number;
  keyEnd: number;
  contentType: string | undefined;
  /** -1 = the broker does not count. */
  deliveryCount: number;
}

export function newGlance(): Glance {
  return { key: undefined, keyStart: 0, keyEnd: 0, contentType: undefined, deliveryCount: -1 };
}
