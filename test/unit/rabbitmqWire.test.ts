import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type { ChannelModel, Message } from "amqplib";
import { BrokerError } from "../../src/broker/errors.ts";
import type { Header, ScalarType, Value } from "../../src/broker/values.ts";
import { decodeProperties, keepRawProperties, rawProperties } from "../../src/drivers/rabbitmq/exactHeaders.ts";
import { tableBytes, toDelivery, toPublishOptions, toTable } from "../../src/drivers/rabbitmq/wire.ts";
import { draft, typedHeaders } from "../driver/conformanceSupport.ts";

// amqplib's own encoder, so that what is tested is what goes over the wire.
const require = createRequire(import.meta.url);
const directory = require.resolve("amqplib").replace(/channel_api\.js$/, "");
const { encodeTable } = require(`${directory}lib/codec.js`) as {
  readonly encodeTable: (buffer: Buffer, table: object, offset: number) => number;
};

function encoded(headers: readonly Header[]): Buffer {
  const buffer = Buffer.alloc(100_000);
  return buffer.subarray(0, encodeTable(buffer, toTable(headers, "headers"), 0));
}

function roundTrip(headers: readonly Header[]): readonly Header[] {
  return decodeProperties(Buffer.concat([Buffer.from([0x20, 0x00]), encoded(headers)])).headers;
}

const header = (type: ScalarType, value: string): Header => ({ name: "n", value: { type, value } });

describe("typed values on the wire", () => {
  it("come back exactly", () => {
    assert.deepEqual(roundTrip(typedHeaders), typedHeaders);
    assert.equal(encoded(typedHeaders).length, tableBytes(typedHeaders), "and their size is known before");
  });

  const exact: readonly (readonly [ScalarType, readonly string[]])[] = [
    ["int8", ["-128", "0", "127"]],
    ["uint8", ["0", "255"]],
    ["int16", ["-32768", "32767"]],
    ["uint16", ["65535"]],
    ["int32", ["-2147483648", "2147483647"]],
    ["uint32", ["0", "4294967295"]],
    ["int64", ["-9223372036854775808", "9223372036854775807", "9007199254740993", "0"]],
    ["timestamp", ["0", "18446744073709551615"]],
    ["decimal", ["0", "0.00", "-0.05", "12", "21474836.47", "-2147483648"]],
    ["float", ["0.1", "-1.5", "3.4028235e+38", "0", "-0", "1e-45"]],
    ["double", ["0.1", "1e+300", "5e-324", "-0", "123456789.123456"]],
    ["bytes", ["", "AA==", "//79"]],
    ["string", ["", "\u0000", "ä🐇", "\ufeffx"]],
  ];
  for (const [type, values] of exact) {
    it(`keep every digit of ${type}`, () => {
      for (const value of values) assert.deepEqual(roundTrip([header(type, value)]), [header(type, value)], value);
    });
  }

  it("show a text that is not UTF-8 as bytes", () => {
    const table = Buffer.from([0, 0, 0, 9, 1, 0x6e, 0x53, 0, 0, 0, 2, 0xff, 0xfe]);
    const { headers } = decodeProperties(Buffer.concat([Buffer.from([0x20, 0x00]), table]));
    assert.deepEqual(headers, [header("bytes", "//4=")]);
  });

  const refused: readonly Header[] = [
    header("int8", "128"),
    header("uint8", "-1"),
    header("int32", "1.5"),
    header("int64", "9223372036854775808"),
    header("uint64", "1"),
    header("double", "NaN"),
    header("double", "1e999"),
    header("float", "1e39"),
    header("decimal", "21474836.48"),
    header("decimal", "1e3"),
    header("boolean", "yes"),
    header("bytes", "%"),
    header("string", "x".repeat(66_000)),
    { name: "", value: { type: "null", value: "" } },
    { name: "ä".repeat(128), value: { type: "null", value: "" } },
    { name: "a", value: { type: "array", items: [{ type: "int8", value: "1000" }] } },
    { name: "t", value: { type: "table", entries: [header("null", ""), header("null", "")] } },
  ];
  refused.forEach((one, index) => {
    it(`are refused before they are sent (${String(index + 1)}: ${JSON.stringify(one).slice(0, 60)})`, () => {
      assert.throws(
        () => toTable([one], "headers"),
        (error: unknown) => error instanceof BrokerError && error.kind === "invalid" && error.field === "headers",
      );
    });
  });

  it("survive any nesting", () => {
    let value: Value = { type: "int16", value: "1" };
    for (let depth = 0; depth < 50; depth++) {
      value = depth % 2 === 0 ? { type: "array", items: [value] } : { type: "table", entries: [{ name: "!", value }] };
    }
    assert.deepEqual(roundTrip([{ name: "deep", value }]), [{ name: "deep", value }]);
  });

  it("never read beyond their frame, whatever the bytes", () => {
    const bytes = Buffer.concat([Buffer.from([0x20, 0x00]), encoded(typedHeaders)]);
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decodeProperties(bytes.subarray(0, length)), RangeError);
    }
  });
});

describe("properties of a message", () => {
  it("are mandatory always, and nothing that was not set", () => {
    assert.deepEqual(toPublishOptions(draft("x")), { mandatory: true, persistent: true });
    const empty = draft("x", { contentType: "", properties: { type: "", priority: "" } });
    assert.deepEqual(toPublishOptions(empty), { mandatory: true, persistent: true });
  });

  it("take routing keys in CC and BCC, and nothing else", () => {
    const items: Value[] = [{ type: "string", value: "a" }];
    toPublishOptions(draft("x", { headers: [{ name: "CC", value: { type: "array", items } }] }));
    for (const name of ["CC", "BCC"]) {
      const headers = [{ name, value: { type: "string", value: "a" } }] as const;
      assert.throws(() => toPublishOptions(draft("x", { headers })), { field: "headers" });
    }
  });

  it("are as good as amqplib's where its inside is another one", () => {
    const model = { connection: { serverProperties: {} } } as unknown as ChannelModel;
    keepRawProperties(model);
    const properties = {
      contentType: "text/plain",
      deliveryMode: 2,
      priority: 3,
      headers: {
        s: "x",
        i: 7,
        d: 1.5,
        b: true,
        n: null,
        x: Buffer.from([255]),
        a: [1, "y"],
        t: { k: "v" },
        T: { "!": "timestamp", value: 5 },
        D: { "!": "decimal", value: { places: 1, digits: 15 } },
      },
    };
    assert.equal(rawProperties(properties), undefined);
    const fields = { deliveryTag: 4, redelivered: false, exchange: "", routingKey: "k" };
    const delivery = toDelivery({ content: Buffer.from("b"), fields, properties } as unknown as Message);
    assert.equal(delivery.contentType, "text/plain");
    assert.equal(delivery.persistent, true);
    assert.deepEqual(delivery.properties, { priority: "3" });
    assert.deepEqual(
      Object.fromEntries(
        delivery.headers.map(({ name, value }) => [name, "value" in value ? value.value : value.type]),
      ),
      {
        s: "x",
        i: "7",
        d: "1.5",
        b: "true",
        n: "",
        x: "/w==",
        a: "array",
        t: "table",
        T: "5",
        D: "1.5",
      },
    );
  });
});
