/** Drafts as Kafka's records, and records as deliveries. */
import { isUtf8 } from "node:buffer";
import { t } from "@vscode/l10n";
import type { Delivery, Draft, Properties } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { scalarProblem, type Header, type Value } from "../../broker/values.ts";

/** What is written. */
export interface OutgoingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Map<Buffer, Buffer>;
  /** Milliseconds since 1970; absent = now. */
  readonly timestamp?: bigint;
  readonly partition?: number;
  readonly compression: Compression;
}

export const compressions = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
export type Compression = (typeof compressions)[number];

/** What was read. */
export interface IncomingRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: bigint;
  /** Whether the time is the broker's (LogAppendTime), not the sender's. */
  readonly appended: boolean;
  readonly compression: Compression;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: Buffer | null, value: Buffer | null])[];
}

/** The fields of the publish form, and the properties of what arrives. */
export const propertyNames = [
  "partition",
  "timestamp",
  "compression",
  "keyEncoding",
  "tombstone",
  "partitioner",
] as const;

const contentType = "content-type";
const contentEncoding = "content-encoding";
const none: readonly Header[] = [];

/** @throws BrokerError `invalid` with the field at fault */
export function toRecord(draft: Draft): OutgoingRecord {
  const { properties } = draft;
  for (const name in properties)
    if (!propertyNames.some((each) => each === name))
      throw invalid(name, t("A Kafka message has no property “{name}”.", { name }));
  const tombstone = flag(properties, "tombstone");
  if (tombstone && draft.body.length > 0)
    throw invalid("tombstone", t("A tombstone has no value: empty the body, or switch it off."));
  const partition = wholeNumber(properties, "partition", 2n ** 31n - 1n);
  const timestamp = wholeNumber(properties, "timestamp", 2n ** 63n - 1n);
  return {
    key: keyBytes(draft.key, properties["keyEncoding"]),
    value: tombstone ? null : asBuffer(draft.body),
    headers: headerMap(draft),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(partition === undefined ? {} : { partition: Number(partition) }),
    compression: compressionOf(properties["compression"]),
  };
}

/** @param tag see {@link Delivery.tag} */
export function toDelivery(record: IncomingRecord, tag: number, redelivered: boolean): Delivery {
  const { partition, offset, key, value, headers, compression } = record;
  const properties: Record<string, string> = { timestamp: String(record.timestamp) };
  let keyText: string | undefined;
  if (key !== null) {
    if (isUtf8(key)) keyText = key.toString();
    else {
      keyText = key.toString("base64");
      properties["keyEncoding"] = "base64";
    }
  }
  if (value === null) properties["tombstone"] = "true";
  if (compression !== "none") properties["compression"] = compression;
  if (headers.length === 0)
    return {
      tag,
      ...(keyText === undefined ? {} : { key: keyText }),
      position: positionOf(partition, offset),
      redelivered,
      headers: none,
      properties,
      body: value ?? empty,
    };
  const typed = headers.map(([name, bytes]): Header => ({ name: name?.toString() ?? "", value: headerValue(bytes) }));
  const type = onlyText(typed, contentType);
  const encoding = onlyText(typed, contentEncoding);
  return {
    tag,
    ...(keyText === undefined ? {} : { key: keyText }),
    position: positionOf(partition, offset),
    redelivered,
    ...(type === undefined ? {} : { contentType: type }),
    ...(encoding === undefined ? {} : { contentEncoding: encoding }),
    headers: typed.filter(
      ({ name }) =>
        !(name === contentType && type !== undefined) && !(name === contentEncoding && encoding !== undefined),
    ),
    properties,
    body: value ?? empty,
  };
}

/** "2:1204": the partition and the offset in it. */
export function positionOf(partition: number, offset: bigint): string {
  return `${partition}:${offset}`;
}

const empty = new Uint8Array(0);

function keyBytes(key: string | undefined, encoding: string | undefined): Buffer | null {
  if (encoding !== undefined && encoding !== "" && encoding !== "text" && encoding !== "base64")
    throw invalid("keyEncoding", t("The encoding of the key is text or base64."));
  if (key === undefined || key === "") return null;
  if (encoding !== "base64") return Buffer.from(key);
  if (scalarProblem("bytes", key) !== undefined) throw invalid("key", t("The key is not base64."));
  return Buffer.from(key, "base64");
}

function headerMap({ headers, contentType: type, contentEncoding: encoding }: Draft): Map<Buffer, Buffer> {
  // By identity of the buffers, so that a name may come more than once, in the order that is given.
  const map = new Map<Buffer, Buffer>();
  const add = (name: string, value: Buffer | null): void => {
    // A value of null is written as such; the library's type does not say so.
    map.set(Buffer.from(name), value as Buffer);
  };
  if (type !== undefined && type !== "") add(contentType, Buffer.from(type));
  if (encoding !== undefined && encoding !== "") add(contentEncoding, Buffer.from(encoding));
  for (const { name, value } of headers) {
    if (name === "") throw invalid("headers", t("A header needs a name."));
    add(name, headerBytes(name, value));
  }
  return map;
}

function headerBytes(name: string, value: Value): Buffer | null {
  switch (value.type) {
    case "string":
      return Buffer.from(value.value);
    case "null":
      return null;
    case "bytes":
      if (scalarProblem("bytes", value.value) !== undefined)
        throw invalid("headers", t("The header “{name}” is not base64.", { name }));
      return Buffer.from(value.value, "base64");
    default:
      throw invalid(
        "headers",
        t("The header “{name}” is of the type {type}: headers of Kafka are text, bytes or null.", {
          name,
          type: value.type,
        }),
      );
  }
}

function headerValue(bytes: Buffer | null): Value {
  if (bytes === null) return { type: "null", value: "" };
  return isUtf8(bytes)
    ? { type: "string", value: bytes.toString() }
    : { type: "bytes", value: bytes.toString("base64") };
}

function onlyText(headers: readonly Header[], wanted: string): string | undefined {
  const found = headers.filter(({ name }) => name === wanted);
  const value = found[0]?.value;
  return found.length === 1 && value?.type === "string" && value.value !== "" ? value.value : undefined;
}

function compressionOf(text: string | undefined): Compression {
  if (text === undefined || text === "") return "none";
  const found = compressions.find((each) => each === text);
  if (found) return found;
  throw invalid(
    "compression",
    t("There is no compression “{text}”. There are: {all}.", { text, all: compressions.join(", ") }),
  );
}

function wholeNumber(properties: Properties, name: string, most: bigint): bigint | undefined {
  const text = properties[name] ?? "";
  if (text === "") return undefined;
  if (!/^\d{1,19}$/.test(text) || BigInt(text) > most)
    throw invalid(name, t("“{name}” has to be a whole number from 0 to {most}.", { name, most: String(most) }));
  return BigInt(text);
}

function flag(properties: Properties, name: string): boolean {
  const text = properties[name] ?? "";
  if (text === "" || text === "false") return false;
  if (text === "true") return true;
  throw invalid(name, t("“{name}” is true or false.", { name }));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function invalid(field: string, sentence: string): BrokerError {
  return new BrokerError("invalid", sentence, { field });
}
