import type { Traits } from "./conformanceStage.ts";

/** What Kafka has. */
export const kafkaTraits: Traits = {
  work: [
    {
      kind: "topic",
      outcomes: ["ack"],
      rejected: "unknown",
      taken: { gap: "A topic keeps its messages; an ack moves the position of the group." },
      shared: { gap: "Each consumer has a temporary group of its own." },
      redelivered: true,
      told: true,
      purged: true,
      counted: true,
      browsed: true,
    },
  ],
  logs: [
    {
      kind: "topic",
      from: (position) => ({
        start: "offset",
        partition: position.split(":")[0] ?? "",
        offset: position.split(":")[1] ?? "",
      }),
      wrong: { start: "offset", offset: "yesterday-ish" },
      ends: true,
    },
  ],
  sources: [{ kind: "topic", returned: { gap: "A topic keeps what nobody waits for." } }],
  message: {
    full: {
      key: "order-1 ä",
      contentType: "application/json",
      contentEncoding: "gzip",
      headers: [
        { name: "tenant", value: { type: "string", value: "eu" } },
        { name: "none", value: { type: "null", value: "" } },
      ],
      properties: { timestamp: "1700000000123", compression: "gzip" },
    },
    headers: ["string", "bytes", "null"],
    key: true,
    contentType: true,
    persistent: { gap: "Every message is written to the log." },
    wrong: [
      ["partition", { properties: { partition: "99" } }],
      ["partition", { properties: { partition: "first" } }],
      ["timestamp", { properties: { timestamp: "-1" } }],
      ["compression", { properties: { compression: "rar" } }],
      ["partitioner", { properties: { partitioner: "dice" } }],
      ["keyEncoding", { key: "k", properties: { keyEncoding: "rot13" } }],
      ["key", { key: "not base64!", properties: { keyEncoding: "base64" } }],
      ["tombstone", { properties: { tombstone: "true" } }],
      ["nonsense", { properties: { nonsense: "x" } }],
      ["headers", { headers: [{ name: "n", value: { type: "int8", value: "1" } }] }],
      ["headers", { headers: [{ name: "", value: { type: "string", value: "" } }] }],
    ],
  },
  full: { gap: "A topic has no limit at which it refuses; its oldest messages go." },
  password: { gap: "The stage's listener asks for none; kafkaConnecting.test.ts looks at logins." },
  others: [],
  routing: { gap: "Kafka has no exchanges." },
};
