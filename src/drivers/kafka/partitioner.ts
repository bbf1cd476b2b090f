/** Which partition a message with a key goes to: the same as other clients choose. */
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";

/** `murmur2` = Kafka's own client (Java), kafkajs · `crc32` = librdkafka: kcat, Python, .NET and Go of Confluent. */
export const partitioners = ["murmur2", "crc32"] as const;
export type Partitioner = (typeof partitioners)[number];

/** @throws BrokerError `invalid` */
export function partitionerOf(text: string | undefined): Partitioner {
  if (text === undefined || text === "") return "murmur2";
  const found = partitioners.find((each) => each === text);
  if (found) return found;
  throw new BrokerError(
    "invalid",
    t("There is no partitioner “{text}”. There are: {all}.", { text, all: partitioners.join(", ") }),
    { field: "partitioner" },
  );
}

/** @param count how many partitions the topic has */
export function partitionFor(key: Uint8Array, count: number, partitioner: Partitioner): number {
  return partitioner === "murmur2" ? (murmur2(key) & 0x7fffffff) % count : crc32(key) % count;
}

/** As Kafka's Java client computes it (a signed number). */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  const m = 0x5bd1e995;
  let hash = 0x9747b28c ^ length;
  const whole = length - (length % 4);
  for (let at = 0; at < whole; at += 4) {
    let k = byte(data, at) | (byte(data, at + 1) << 8) | (byte(data, at + 2) << 16) | (byte(data, at + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    hash = Math.imul(hash, m) ^ k;
  }
  if (length > whole) {
    for (let at = length - 1; at >= whole; at--) hash ^= byte(data, at) << (8 * (at - whole));
    hash = Math.imul(hash, m);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, m);
  return hash ^ (hash >>> 15);
}

/** The one of Ethernet and zip (an unsigned number). */
export function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const each of data) {
    crc ^= each;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function byte(data: Uint8Array, at: number): number {
  return data[at] ?? 0;
}
