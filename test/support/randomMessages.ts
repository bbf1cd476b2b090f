import type { Header, Value } from "../../src/broker/values.ts";

/** Numbers from 0 to 1. */
export type Random = () => number;

/** Bodies that are hard to carry as text: one of each kind, and then at random. */
export function awkwardBody(random: Random, index: number): Buffer {
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
  switch (index % 12) {
    case 0:
      return Buffer.alloc(0);
    case 1:
      return Buffer.from("\ufeffwith a byte order mark");
    case 2:
      return Buffer.from("a\r\nb\nc\rd\u2028e\u2029f\0g\u001bh");
    case 3:
      return Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x80]);
    case 4:
      return Buffer.from(JSON.stringify({ grüße: ["漢字 🐇", '"\\', 9007199254740993] }));
    case 5:
      return Buffer.from([0x01]);
    case 6:
      return Buffer.from([0xed, 0xa0, 0x80]); // A surrogate in UTF-8, which is none.
    case 7:
      return Buffer.from('=1+1"quoted", and a comma');
    case 8:
      return bytes(Math.floor(random() * 3000));
    case 9:
      return Buffer.from("🐇".repeat(Math.floor(random() * 500)));
    case 10:
      return Buffer.alloc(Math.floor(random() * 300), Math.floor(random() * 32));
    default:
      return Buffer.from(
        Array.from({ length: 200 }, () => String.fromCodePoint(32 + Math.floor(random() * 900))).join(""),
      );
  }
}

/** Typed headers with names of their own, nested at random. */
export function randomHeaders(random: Random, depth = 0): readonly Header[] {
  const count = Math.floor(random() * 5);
  return Array.from({ length: count }, (_, index) => ({
    name: `${["x", "größe", "a b", "__proto__", "constructor", "=sum"][Math.floor(random() * 6)] ?? ""}-${index}`,
    value: randomValue(random, depth),
  }));
}

function randomValue(random: Random, depth: number): Value {
  const pick = <T>(...choices: readonly [T, ...T[]]): T => choices[Math.floor(random() * choices.length)] ?? choices[0];
  const makers: readonly (() => Value)[] = [
    () => ({ type: "string", value: pick("", "text", "\ufeff", "line\r\nline", "漢字 🐇", "\0", '"') }),
    () => ({ type: "boolean", value: pick("true", "false") }),
    () => ({ type: "int8", value: pick("-128", "127") }),
    () => ({ type: "uint8", value: "255" }),
    () => ({ type: "int16", value: "-32768" }),
    () => ({ type: "uint16", value: "65535" }),
    () => ({ type: "int32", value: pick("-2147483648", "0") }),
    () => ({ type: "uint32", value: "4294967295" }),
    () => ({ type: "int64", value: pick("9223372036854775807", "-9007199254740993") }),
    () => ({ type: "float", value: pick("0.1", "-0", "3.4028235e+38") }),
    () => ({ type: "double", value: pick("-1.5e-300", "0.1", "1e+21") }),
    () => ({ type: "decimal", value: pick("-12.30", "0.001", "2147483647") }),
    () => ({ type: "timestamp", value: pick("0", "1700000000", "4294967296") }),
    () => ({ type: "bytes", value: pick("", "AP/+gA==") }),
    () => ({ type: "null", value: "" }),
    () => ({ type: "array", items: Array.from({ length: 2 }, () => randomValue(random, depth + 1)) }),
    () => ({ type: "table", entries: randomHeaders(random, depth + 1) }),
  ];
  const deepest = depth >= 3 ? makers.length - 2 : makers.length;
  return (makers[Math.floor(random() * deepest)] ?? makers[0])!();
}

/** A property of each kind that RabbitMQ takes, some of them. */
export function randomProperties(random: Random): Readonly<Record<string, string>> {
  const all = {
    priority: String(Math.floor(random() * 256)),
    correlationId: 'größe "quoted"',
    replyTo: "answers",
    expiration: "3600000",
    messageId: "m-" + String(random()),
    timestamp: "1700000000",
    type: "\ufefftype",
    appId: "",
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "" && random() < 0.6));
}
