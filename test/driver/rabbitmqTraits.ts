import type { Traits, WorkTrait } from "./conformanceStage.ts";
import { typedHeaders } from "./conformanceSupport.ts";

const queue: Omit<WorkTrait, "kind"> = {
  outcomes: ["ack", "requeue", "reject"],
  // The stage's queues have no dead-letter exchange.
  rejected: "dropped",
  taken: true,
  shared: true,
  redelivered: true,
  told: true,
  purged: true,
  counted: true,
  browsed: true,
};

/** What RabbitMQ has, and the memory broker after its model. */
export const rabbitmqTraits: Traits = {
  work: [
    { kind: "classic", ...queue },
    { kind: "quorum", ...queue },
  ],
  logs: [
    {
      kind: "stream",
      from: (position) => ({ offset: position }),
      wrong: { offset: "yesterday-ish" },
      ends: { gap: "A stream has no end: its reader waits for what comes." },
    },
  ],
  sources: [{ kind: "fanout", returned: true }],
  message: {
    full: {
      contentType: "application/json",
      contentEncoding: "gzip",
      headers: typedHeaders,
      properties: {
        priority: "5",
        expiration: "3600000",
        correlationId: "c-1 ä",
        replyTo: "answers",
        messageId: "m-1",
        timestamp: "1700000000",
        type: "order.created",
        appId: "tests",
      },
    },
    headers: "all",
    key: true,
    contentType: true,
    persistent: true,
    wrong: [
      ["priority", { properties: { priority: "256" } }],
      ["expiration", { properties: { expiration: "soon" } }],
      ["timestamp", { properties: { timestamp: "-1" } }],
      ["nonsense", { properties: { nonsense: "x" } }],
      ["headers", { headers: [{ name: "n", value: { type: "int8", value: "128" } }] }],
      ["headers", { headers: [{ name: "", value: { type: "string", value: "" } }] }],
      ["headers", { headers: [1, 2].map(() => ({ name: "twice", value: { type: "string", value: "" } })) }],
    ],
  },
  full: "full",
  password: true,
  others: [],
  routing: true,
};
