/** Integers of variable length, as Protobuf and Avro write them: seven bits a byte, the lowest first. */

/** Where the integer at `at` ends; -1 when the bytes end before it does, -2 when it has more than ten bytes. */
export function varintEnd(bytes: Buffer, at: number, end: number): number {
  for (let index = at; index < end; index++) {
    if (index - at === 10) return -2;
    if ((bytes[index] ?? 0) < 0x80) return index + 1;
  }
  return end - at >= 10 ? -2 : -1;
}

/** The value of the integer between `at` and `end`, 64 bits without sign. */
export function varintValue(bytes: Buffer, at: number, end: number): bigint {
  if (end - at <= 4) return BigInt(smallVarint(bytes, at, end));
  let value = 0n;
  for (let index = end - 1; index >= at; index--) value = (value << 7n) | BigInt((bytes[index] ?? 0) & 0x7f);
  return BigInt.asUintN(64, value);
}

/** The same as a number, exact up to 2^53. */
export function smallVarint(bytes: Buffer, at: number, end: number): number {
  let value = 0;
  for (let index = end - 1; index >= at; index--) value = value * 128 + ((bytes[index] ?? 0) & 0x7f);
  return value;
}

/** Undoes the zigzag that makes small negative numbers short. */
export function zigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}
