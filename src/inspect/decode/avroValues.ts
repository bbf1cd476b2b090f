import type { AvroType, Logical } from "./avroSchema.ts";
import { floatText, hexLiteral, isoTime, type Literal, quoted, utf8 } from "./reader.ts";
import { varintValue, zigzag } from "./varint.ts";

/** Larger decimals than this many bytes are shown as bytes: writing them out takes too long. */
const longestDecimal = 512;

/** A value of Avro whose content stands between `from` and `to`. */
export function avroLiteral(bytes: Buffer, type: AvroType, from: number, to: number, most: number): Literal {
  switch (type.kind) {
    case "null":
      return { text: "null", type: "null", kind: "word", json: true };
    case "boolean":
      return { text: bytes[from] === 1 ? "true" : "false", type: "boolean", kind: "word", json: true };
    case "int":
    case "long": {
      const value = zigzag(varintValue(bytes, from, to));
      return { text: String(value), type: timeOf(value, type.logical) ?? type.kind, kind: "number", json: true };
    }
    case "float":
      return { ...floatText(bytes.readFloatLE(from)), type: "float", kind: "number" };
    case "double":
      return { ...floatText(bytes.readDoubleLE(from)), type: "double", kind: "number" };
    case "string": {
      const { text, more } = utf8(bytes, from, to, most);
      const name = type.logical?.name ?? "string";
      return { ...quoted(text, most), ...(more > 0 ? { more } : {}), type: name, kind: "string", json: true };
    }
    case "bytes":
    case "fixed": {
      const data = bytes.subarray(from, to);
      const decimal = type.logical?.name === "decimal" ? decimalText(data, type.logical.scale) : undefined;
      if (decimal !== undefined) return { text: decimal, type: "decimal", kind: "number", json: true };
      const name = type.kind === "fixed" ? type.name : "bytes";
      return { ...hexLiteral(data, most), type: name, kind: "other", json: false };
    }
    case "enum": {
      const index = Number(zigzag(varintValue(bytes, from, to)));
      return { text: JSON.stringify(type.symbols[index] ?? index), type: type.name, kind: "word", json: true };
    }
    default:
      return { text: "", type: type.kind, kind: "other", json: false };
  }
}

function timeOf(value: bigint, logical: Logical | undefined): string | undefined {
  const time = (seconds: bigint, nanos: bigint): string | undefined => isoTime(seconds, Number(nanos));
  const moment = (perSecond: bigint): string | undefined => {
    const seconds = value >= 0n ? value / perSecond : (value - perSecond + 1n) / perSecond;
    return time(seconds, ((value - seconds * perSecond) * 1_000_000_000n) / perSecond);
  };
  const written = (): string | undefined => {
    switch (logical?.name) {
      case "date":
        return isoTime(value * 86_400n)?.slice(0, 10);
      case "timestamp-millis":
      case "local-timestamp-millis":
        return moment(1000n);
      case "timestamp-micros":
      case "local-timestamp-micros":
        return moment(1_000_000n);
      case "time-millis":
        return moment(1000n)?.slice(11);
      case "time-micros":
        return moment(1_000_000n)?.slice(11);
      default:
        return undefined;
    }
  };
  const text = written();
  return text === undefined ? logical?.name : `${logical?.name ?? ""} ${text}`;
}

function decimalText(data: Buffer, scale: number): string | undefined {
  if (data.length === 0 || data.length > longestDecimal || scale < 0 || scale > 2000) return undefined;
  const value = BigInt.asIntN(data.length * 8, BigInt(`0x${data.toString("hex")}`));
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
