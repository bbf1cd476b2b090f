import { isUtf8 } from "node:buffer";
import { hasControls } from "../preview.ts";
import type { ScalarType, ValueType } from "./protobufTypes.ts";
import { floatText, hexLiteral, type Literal, quoted, utf8 } from "./reader.ts";
import { varintValue, zigzag } from "./varint.ts";

/** A value on the wire: its wire type, and where its content stands. */
export interface WireItem {
  wire: number;
  from: number;
  to: number;
}

/** How values of a type travel; undefined when that is not known. */
export function wireOf(type: ValueType | undefined): number | undefined {
  if (!type || type.kind === "unknown") return undefined;
  if (type.kind === "enum") return 0;
  return type.kind === "message" ? 2 : wires[type.scalar];
}

/** A value of a known type; undefined when it is a message. */
export function typedLiteral(bytes: Buffer, item: WireItem, type: ValueType, most: number): Literal | undefined {
  if (type.kind === "enum") {
    const number = Number(BigInt.asIntN(32, varintValue(bytes, item.from, item.to)));
    const word = type.words.get(number);
    if (word === undefined) return { text: String(number), type: type.name, kind: "number", json: true };
    return { text: JSON.stringify(word), type: `${type.name} ${String(number)}`, kind: "word", json: true };
  }
  return type.kind === "scalar" ? scalar(bytes, item, type.scalar, most) : undefined;
}

/** A value of which only the wire type is known: with what it may be in words. */
export function rawLiteral(bytes: Buffer, item: WireItem, most: number): Literal {
  const { wire, from, to } = item;
  switch (wire) {
    case 0: {
      const value = varintValue(bytes, from, to);
      const negative = BigInt.asIntN(64, value);
      const guess = negative < 0n ? `int ${String(negative)}` : `sint ${String(zigzag(value))}`;
      return { text: String(value), type: `varint · ${guess}`, kind: "number", json: true };
    }
    case 1:
      return {
        text: String(bytes.readBigUInt64LE(from)),
        type: `64 bit · double ${floatText(bytes.readDoubleLE(from)).text}`,
        kind: "number",
        json: true,
      };
    case 5:
      return {
        text: String(bytes.readUInt32LE(from)),
        type: `32 bit · float ${floatText(bytes.readFloatLE(from)).text}`,
        kind: "number",
        json: true,
      };
    default: {
      const data = bytes.subarray(from, to);
      const isText = !hasControls(data.subarray(0, 1024)) && isUtf8(data);
      return scalar(bytes, item, isText ? "string" : "bytes", most);
    }
  }
}

function scalar(bytes: Buffer, { from, to }: WireItem, type: ScalarType, most: number): Literal {
  const number = (value: bigint | number): Literal => ({ text: String(value), type, kind: "number", json: true });
  switch (type) {
    case "double":
      return { ...floatText(bytes.readDoubleLE(from)), type, kind: "number" };
    case "float":
      return { ...floatText(bytes.readFloatLE(from)), type, kind: "number" };
    case "fixed32":
      return number(bytes.readUInt32LE(from));
    case "sfixed32":
      return number(bytes.readInt32LE(from));
    case "fixed64":
      return number(bytes.readBigUInt64LE(from));
    case "sfixed64":
      return number(bytes.readBigInt64LE(from));
    case "int32":
      return number(BigInt.asIntN(32, varintValue(bytes, from, to)));
    case "uint32":
      return number(BigInt.asUintN(32, varintValue(bytes, from, to)));
    case "sint32":
      return number(BigInt.asIntN(32, zigzag(varintValue(bytes, from, to))));
    case "int64":
      return number(BigInt.asIntN(64, varintValue(bytes, from, to)));
    case "uint64":
      return number(varintValue(bytes, from, to));
    case "sint64":
      return number(zigzag(varintValue(bytes, from, to)));
    case "bool":
      return { text: varintValue(bytes, from, to) === 0n ? "false" : "true", type, kind: "word", json: true };
    case "string": {
      const { text, more } = utf8(bytes, from, to, most);
      return { ...quoted(text, most), ...(more > 0 ? { more } : {}), type, kind: "string", json: true };
    }
    case "bytes":
      return { ...hexLiteral(bytes.subarray(from, to), most), type, kind: "other", json: false };
    default:
      return type satisfies never;
  }
}

const wires: Readonly<Record<ScalarType, number>> = {
  double: 1,
  float: 5,
  int32: 0,
  uint32: 0,
  sint32: 0,
  fixed32: 5,
  sfixed32: 5,
  int64: 0,
  uint64: 0,
  sint64: 0,
  fixed64: 1,
  sfixed64: 1,
  bool: 0,
  string: 2,
  bytes: 2,
};
