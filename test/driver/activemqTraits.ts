import type { ScalarType } from "../../src/broker/values.ts";
import type { MessageTrait, Traits, WorkTrait } from "./conformanceStage.ts";
import { typedHeaders } from "./conformanceSupport.ts";

const queue: Omit<WorkTrait, "kind" | "rejected"> = {
  outcomes: ["ack", "requeue", "reject"],
  taken: true,
  shared: true,
  redelivered: { gap: "What is released does not count as a delivery that failed, so it arrives unmarked." },
  told: true,
  purged: true,
  counted: true,
  browsed: true,
};

/** AMQP 1.0 has tables and arrays only in bodies, and decimals only of IEEE 754. */
const headerTypes: readonly ScalarType[] = [
  ...(["string", "boolean", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"] as const),
  ...(["float", "double", "timestamp", "bytes", "null"] as const),
];

const message: MessageTrait = {
  full: {
    contentType: "application/json",
    contentEncoding: "gzip",
    headers: typedHeaders.filter(({ value }) => headerTypes.some((type) => type === value.type)),
    properties: {
      priority: "5",
      expiration: "3600000",
      correlationId: "c-1 ä",
      replyTo: "answers",
      messageId: "m-1",
      type: "order.created",
      groupId: "g-1",
      groupSequence: "7",
      replyToGroupId: "g-2",
      creationTime: "1700000000123",
    },
  },
  headers: headerTypes,
  key: { gap: "Messages of ActiveMQ have no key." },
  contentType: true,
  persistent: true,
  wrong: [
    ["priority", { properties: { priority: "10" } }],
    ["expiration", { properties: { expiration: "soon" } }],
    ["deliveryDelay", { properties: { deliveryDelay: "-1" } }],
    ["groupSequence", { properties: { groupSequence: "4294967296" } }],
    ["nonsense", { properties: { nonsense: "x" } }],
    ["bodyType", { properties: { bodyType: "picture" } }],
    ["body", { properties: { bodyType: "value" } }],
    ["contentType", { contentType: "text/ä" }],
    ["headers", { headers: [{ name: "n", value: { type: "int8", value: "128" } }] }],
    ["headers", { headers: [{ name: "", value: { type: "string", value: "" } }] }],
    ["headers", { headers: [1, 2].map(() => ({ name: "twice", value: { type: "string", value: "" } })) }],
  ],
};

const common = {
  logs: { gap: "ActiveMQ keeps no log: what is acknowledged is gone." },
  message,
  password: true,
  routing: { gap: "ActiveMQ has no exchanges." },
} as const;

export const classicTraits: Traits = {
  ...common,
  // Its policies decide, and Jolokia does not tell them.
  work: [{ kind: "queue", rejected: "unknown", ...queue }],
  sources: [{ kind: "topic", returned: true }],
  full: { gap: "A full queue of Classic lets producers wait instead of refusing." },
  others: [],
};

export const artemisTraits: Traits = {
  ...common,
  work: [
    { kind: "anycast", rejected: "kept", ...queue },
    { kind: "multicast", rejected: "kept", ...queue },
  ],
  sources: [{ kind: "address", returned: true }],
  full: "full",
  others: [],
};
