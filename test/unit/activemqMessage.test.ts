import assert from "node:assert/strict";
import type { Draft } from "../../src/broker/contract.ts";
import { scalarTypes, type Header, type ScalarType, type Value } from "../../src/broker/values.ts";
import { toDelivery } from "../../src/drivers/activemq/messageIn.ts";
import { MessageEncoder } from "../../src/drivers/activemq/messageOut.ts";

const encoder = new MessageEncoder();

function draft(more: Partial<Draft>): Draft {
  return { body: Buffer.from("x"), persistent: true, headers: [], properties: {}, ...more };
}

/** A message with one application property of which only the encoding is known. */
function withProperty(encoded: string): Buffer {
  const value = Buffer.from(encoded, "hex");
  const map = Buffer.concat([Buffer.from([0xc1, value.length + 4, 2, 0xa1, 1, 0x6e]), value]);
  return Buffer.concat([Buffer.from([0x00, 0x53, 0x74]), map]);
}

describe("AMQP 1.0 messages", () => {
  it("come back as they were sent, with every property", () => {
    const sent = draft({
      contentType: "text/plain",
      contentEncoding: "gzip",
      properties: {
        priority: "9",
        expiration: "4294967295",
        deliveryDelay: "60000",
        messageId: "AMQP_ULONG:18446744073709551615",
        correlationId: "AMQP_UUID:0123abcd-0000-4000-8000-00000000ffff",
        userId: "ä",
        to: "queue",
        type: "t",
        replyTo: "r",
        creationTime: "1",
        expiresAt: "2",
        groupId: "g",
        groupSequence: "0",
        replyToGroupId: "h",
        "x-opt-jms-msg-type": "5",
        "x-opt-mine": "text",
      },
    });
    const got = toDelivery(1, encoder.encode(sent));
    assert.deepEqual({ ...got.properties }, sent.properties);
    assert.equal(got.contentType, sent.contentType);
    assert.equal(got.contentEncoding, sent.contentEncoding);
    assert.equal(got.persistent, true);
    assert.equal(
      toDelivery(1, encoder.encode(draft({ properties: { messageId: "AMQP_BINARY:00ff" } }))).properties["messageId"],
      "AMQP_BINARY:00ff",
    );
  });

  it("tell values of every type apart", () => {
    const samples: Readonly<Record<Exclude<ScalarType, "decimal">, readonly string[]>> = {
      string: ["", "ä".repeat(300)],
      boolean: ["true", "false"],
      int8: ["-128"],
      uint8: ["255"],
      int16: ["-32768"],
      uint16: ["65535"],
      int32: ["-2147483648"],
      uint32: ["4294967295"],
      int64: ["-9223372036854775808"],
      uint64: ["18446744073709551615"],
      float: ["0.1", "-Infinity", "NaN"],
      double: ["1.7976931348623157e+308"],
      timestamp: ["1700000000"],
      bytes: ["AP/+", ""],
      null: [""],
    };
    for (const type of scalarTypes) {
      if (type === "decimal") continue;
      for (const value of samples[type]) {
        const headers: readonly Header[] = [{ name: "n", value: { type, value } }];
        assert.deepEqual(toDelivery(1, encoder.encode(draft({ headers }))).headers, headers, type);
      }
    }
  });

  it("are read in every encoding that the protocol has", () => {
    for (const [hex, type, value] of [
      ["5601", "boolean", "true"],
      ["43", "uint32", "0"],
      ["52ff", "uint32", "255"],
      ["44", "uint64", "0"],
      ["53ff", "uint64", "255"],
      ["54ff", "int32", "-1"],
      ["55ff", "int64", "-1"],
      ["730001f407", "string", "🐇"],
      ["830000000000000001", "int64", "1"],
      ["98000102030405060708090a0b0c0d0e0f", "string", "00010203-0405-0607-0809-0a0b0c0d0e0f"],
      ["a30161", "string", "a"],
      ["7401020304", "bytes", "AQIDBA=="],
    ] as const) {
      assert.deepEqual(toDelivery(1, withProperty(hex)).headers, [{ name: "n", value: { type, value } }], hex);
    }
    const array = toDelivery(1, withProperty("e0040254ff01")).headers[0]?.value;
    assert.deepEqual(array, {
      type: "array",
      items: [
        { type: "int32", value: "-1" },
        { type: "int32", value: "1" },
      ],
    });
  });

  it("keep what kind of body they have", () => {
    const value: Value = {
      type: "table",
      entries: [
        { name: "n", value: { type: "int32", value: "1" } },
        { name: "l", value: { type: "array", items: [{ type: "string", value: "a" }] } },
      ],
    };
    const list: Value = { type: "array", items: [value, { type: "null", value: "" }] };
    for (const [bodyType, body] of [
      ["text", "grüße"],
      ["value", JSON.stringify(value)],
      ["sequence", JSON.stringify(list)],
    ] as const) {
      const got = toDelivery(1, encoder.encode(draft({ body: Buffer.from(body), properties: { bodyType } })));
      assert.deepEqual(got.properties, { bodyType });
      assert.equal(Buffer.from(got.body).toString(), body);
    }
    const data = toDelivery(1, encoder.encode(draft({ body: Buffer.alloc(300, 0xff) })));
    assert.deepEqual(data.properties, {});
    assert.deepEqual(Buffer.from(data.body), Buffer.alloc(300, 0xff));
  });

  it("are shown as they came when they cannot be read", () => {
    const bytes = Buffer.from("0053ff", "hex");
    assert.deepEqual(toDelivery(1, bytes).properties, { bodyType: "unreadable" });
    assert.equal(toDelivery(1, bytes).body, bytes);
  });
});
