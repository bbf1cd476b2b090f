import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import avsc from "avsc";
import protobuf from "protobufjs";
import { hex, lines, openWhole, schemaSource, stepsOf } from "./bodySupport.ts";

const shopProto = `syntax = "proto3";
package shop;
import "shop/item.proto";
import "google/protobuf/timestamp.proto";
enum State { NEW = 0; PAID = 1; }
message Order {
  uint64 id = 1;
  State state = 2;
  repeated shop.Item items = 3;
  map<string, sint32> stock = 4;
  repeated int32 codes = 5;
  bytes token = 6;
  double total = 7;
  bool express = 8;
  google.protobuf.Timestamp at = 9;
}
`;
const itemProto = `syntax = "proto3";\npackage shop;\nmessage Item { string sku = 1; sint64 change = 2; }\n`;
const protos = [
  ["proto/shop/order.proto", shopProto],
  ["proto/shop/item.proto", itemProto],
] as const;

function orderBytes(): Buffer {
  const root = new protobuf.Root();
  protobuf.parse(itemProto, root, { keepCase: true });
  protobuf.parse(shopProto, root, { keepCase: true });
  root.addJSON(protobuf.common.get("google/protobuf/timestamp.proto")?.nested ?? {});
  const type = root.lookupType("shop.Order");
  const order = type.fromObject({
    id: "18446744073709551615",
    state: "PAID",
    items: [{ sku: "A-1", change: "-9007199254740993" }, { sku: "B" }],
    stock: { a: -5, b: 7 },
    codes: [1, -1, 300],
    token: Buffer.of(0, 255),
    total: 12.5,
    express: true,
    at: { seconds: 1_700_000_000 },
  });
  return Buffer.from(type.encode(order).finish());
}

describe("Protobuf", () => {
  it("with the message named by the content type is read by its schema, exact", async () => {
    const schemas = schemaSource(...protos);
    const { view, tree } = await openWhole(
      orderBytes(),
      { contentType: "application/x-protobuf; messageType=shop.Order" },
      { schemas },
    );
    assert.equal(view.format, "protobuf");
    assert.deepEqual(stepsOf(view), ["Protobuf (content type)", "Read as shop.Order (proto/shop/order.proto)"]);
    assert.deepEqual(lines((await tree?.children([], 0, 100))?.nodes ?? []), [
      '"id": 18446744073709551615 (uint64)',
      '"state": "PAID" (State 1)',
      '"items": [2]',
      '"stock": {2} (map)',
      '"codes": [3]',
      "\"token\": h'00ff' (bytes)",
      '"total": 12.5 (double)',
      '"express": true (bool)',
      '"at": {1} (google.protobuf.Timestamp)',
    ]);
    assert.deepEqual(lines((await tree?.children([2, 0], 0, 9))?.nodes ?? []), [
      '"sku": "A-1" (string)',
      '"change": -9007199254740993 (sint64)',
    ]);
    assert.deepEqual(lines((await tree?.children([3], 0, 9))?.nodes ?? []), ['"a": -5 (sint32)', '"b": 7 (sint32)']);
    assert.deepEqual(lines((await tree?.children([4], 0, 9))?.nodes ?? []), ["1 (int32)", "-1 (int32)", "300 (int32)"]);
    assert.match(view.text ?? "", /"stock": \{\n {4}"a": -5,\n {4}"b": 7\n {2}\},/);
  });

  it("that only one message of the workspace fits is recognised by itself", async () => {
    const { view } = await openWhole(orderBytes(), {}, { schemas: schemaSource(...protos) });
    assert.equal(view.format, "protobuf");
    assert.deepEqual(stepsOf(view), ["Read as shop.Order (proto/shop/order.proto)"]);
  });

  it("that several messages fit is left to the user", async () => {
    const other = itemProto.replace("message Item", "message Part");
    const schemas = schemaSource(...protos, ["other.proto", other]);
    const item = hex("0a03 412d31 10 ac02");
    const { view } = await openWhole(item, {}, { schemas });
    assert.equal(view.format, "binary");
    assert.match(stepsOf(view).join(), /skipped: 2 schemas of the workspace fit \(.*shop\.Item.*\): choose one/);
    const choice = { format: "protobuf", type: "other.proto#shop.Part" } as const;
    const chosen = (await openWhole(item, {}, { schemas, choice })).view;
    assert.equal(chosen.text, '{\n  "sku": "A-1",\n  "change": 150\n}');
    assert.deepEqual(stepsOf(chosen), ["Protobuf (you chose so)", "Read as shop.Part (other.proto)"]);
  });

  it("without a schema is read by number, with guesses", async () => {
    const { view, tree } = await openWhole(orderBytes(), {}, { choice: { format: "protobuf" } });
    assert.deepEqual(stepsOf(view), [
      "Protobuf (you chose so)",
      "skipped: Without a schema: fields by number, values guessed.",
    ]);
    const nodes = lines((await tree?.children([], 0, 4))?.nodes ?? []);
    assert.deepEqual(nodes, [
      "1: 18446744073709551615 (varint · int -1)",
      "2: 1 (varint · sint -1)",
      "3: {2}",
      "3: {1}",
    ]);
    assert.match(view.text ?? "", /^\{\n {2}1: 18446744073709551615,/);
  });

  it("whose .proto does not parse says file, line and reason", async () => {
    const broken = 'syntax = "proto3";\nmessage Broken {\n  int32 id 1;\n}\n';
    const schemas = schemaSource(["api/broken.proto", broken], ...protos);
    const { view } = await openWhole(
      orderBytes(),
      { contentType: "application/protobuf; message=shop.Missing" },
      { schemas },
    );
    const steps = stepsOf(view).join("\n");
    assert.match(steps, /failed: “shop\.Missing” is not in the schema files of the workspace\./);
    assert.match(steps, /failed: api\/broken\.proto, line 3: illegal token '1', '=' expected\./);
    assert.equal(view.format, "protobuf");
    assert.match((await schemas.schemas()).types.problems.join(), /broken\.proto, line 3/);
  });

  it("that is broken is not read as such, unless one insists", async () => {
    const bytes = orderBytes().subarray(0, -3);
    const schemas = schemaSource(...protos);
    const contentType = "application/protobuf; message=shop.Order";
    assert.match(
      stepsOf((await openWhole(bytes, { contentType }, { schemas })).view)[0] ?? "",
      /failed: Not Protobuf.*ends in the middle/,
    );
    const choice = { format: "protobuf", type: "shop.Order" } as const;
    const forced = (await openWhole(bytes, {}, { schemas, choice })).view;
    assert.match(forced.text ?? "", /18446744073709551615/);
    assert.match(stepsOf(forced).at(-1) ?? "", /failed: Only what stands before/);
  });
});

const itemSchema = {
  type: "record",
  name: "Item",
  namespace: "shop",
  fields: [
    { name: "id", type: "long" },
    { name: "sku", type: "string" },
    { name: "state", type: { type: "enum", name: "State", symbols: ["NEW", "PAID"] } },
    { name: "note", type: ["null", "string"], default: null },
    { name: "at", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "price", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } },
    { name: "tags", type: { type: "array", items: "string" } },
    { name: "stock", type: { type: "map", values: "int" } },
    { name: "hash", type: { type: "fixed", name: "Hash", size: 2 } },
    { name: "part", type: ["null", "Item"], default: null },
  ],
} as const;

function itemBytes(): Buffer {
  return avsc.Type.forSchema(structuredClone(itemSchema) as unknown as avsc.Schema).toBuffer({
    id: 9_007_199_254_740_990,
    sku: "A-1",
    state: "PAID",
    note: "hi",
    at: 1_700_000_000_123,
    price: Buffer.of(0xfb, 0x2e),
    tags: ["a", "b"],
    stock: { x: -3 },
    hash: Buffer.of(1, 2),
    part: null,
  });
}

describe("Avro", () => {
  const avroFile = ["avro/item.avsc", JSON.stringify(itemSchema)] as const;
  const expected = [
    '"id": 9007199254740990 (long)',
    '"sku": "A-1" (string)',
    '"state": "PAID" (shop.State)',
    '"note": "hi" (string)',
    '"at": 1700000000123 (timestamp-millis 2023-11-14T22:13:20.123Z)',
    '"price": -12.34 (decimal)',
    '"tags": [2]',
    '"stock": {1}',
    "\"hash\": h'0102' (shop.Hash)",
    '"part": null (null)',
  ];

  it("is read by the one schema of the workspace that fits", async () => {
    for (const claims of [{}, { contentType: "avro/binary" }, { contentType: "application/avro; schema=shop.Item" }]) {
      const { view, tree } = await openWhole(itemBytes(), claims, { schemas: schemaSource(avroFile) });
      assert.equal(view.format, "avro");
      assert.equal(stepsOf(view).at(-1), "Read as shop.Item (avro/item.avsc)");
      assert.deepEqual(lines((await tree?.children([], 0, 100))?.nodes ?? []), expected);
    }
  });

  it("in Confluent’s envelope is recognised, with the id of the schema", async () => {
    const body = Buffer.concat([hex("00 00000029"), itemBytes()]);
    const { view, tree } = await openWhole(body, {}, { schemas: schemaSource(avroFile, ...protos) });
    assert.equal(view.format, "avro");
    assert.match(stepsOf(view)[0] ?? "", /^Confluent’s wire format: schema 41 of its registry/);
    assert.deepEqual(lines((await tree?.children([], 0, 100))?.nodes ?? []), expected);
    const proto = Buffer.concat([hex("00 0000002a 00"), orderBytes()]);
    assert.deepEqual(
      stepsOf((await openWhole(proto, {}, { schemas: schemaSource(avroFile, ...protos) })).view).slice(1),
      ["Read as shop.Order (proto/shop/order.proto)"],
    );
    const json = (await openWhole(Buffer.concat([hex("00 00000007"), Buffer.from('{"a":1}')]))).view;
    assert.equal(json.text, '{\n  "a": 1\n}');
    const alone = (await openWhole(body)).view;
    assert.equal(alone.format, "binary");
    assert.match(stepsOf(alone)[0] ?? "", /skipped: It begins like Confluent’s wire format \(schema 41\)/);
  });

  for (const codec of ["null", "deflate"])
    it(`as a container file (${codec}) brings its schema along`, async () => {
      const type = avsc.Type.forSchema({ type: "record", name: "R", fields: [{ name: "n", type: "int" }] });
      const encoder = new avsc.streams.BlockEncoder(type, { codec, blockSize: 64 });
      const chunks: Buffer[] = [];
      encoder.on("data", (chunk: Buffer) => chunks.push(chunk));
      const ended = new Promise((resolve) => encoder.on("end", resolve));
      for (let n = 0; n < 100; n++) encoder.write({ n });
      encoder.end();
      await ended;
      const { view, tree } = await openWhole(Buffer.concat(chunks));
      assert.deepEqual(stepsOf(view), ["Avro container file: 100 values, with their schema"]);
      assert.deepEqual(lines((await tree?.children([], 98, 10))?.nodes ?? []), ["{1} (R)", "{1} (R)"]);
      assert.deepEqual(lines((await tree?.children([99], 0, 10))?.nodes ?? []), ['"n": 99 (int)']);
    });

  it("with a schema that is wrong, missing or endless does no harm", async () => {
    const choice = { format: "avro" } as const;
    const none = (await openWhole(itemBytes(), {}, { choice })).view;
    assert.match(stepsOf(none)[0] ?? "", /failed: You chose Avro.*no \.avsc file/);
    const broken = await schemaSource(["a.avsc", '{"type":"record"'], ["b.avsc", '"Missing"']).schemas();
    assert.match(broken.types.problems[0] ?? "", /^a\.avsc cannot be read: it is not JSON/);
    assert.match(broken.types.problems[1] ?? "", /^b\.avsc cannot be read: the type “Missing” is not defined/);
    const endless = JSON.stringify({
      type: "record",
      name: "E",
      fields: [
        { name: "e", type: "E" },
        { name: "f", type: "E" },
      ],
    });
    const nulls = JSON.stringify({ type: "array", items: "null" });
    const schemas = schemaSource(["e.avsc", endless], ["n.avsc", nulls]);
    for (const [type, body] of [
      ["e.avsc", Buffer.of(0, 1, 2)],
      ["n.avsc", hex("feffffffffffffffff01 00")],
    ] as const) {
      const { view } = await openWhole(body, {}, { schemas, choice: { format: "avro", type } });
      assert.match(stepsOf(view).join(), /deeper than|more items are announced/);
    }
  });
});

describe("decoding with schemas", () => {
  it("generates no code from them", async () => {
    // Node refuses every eval and new Function in this process.
    const script = `
      import { decodeBody } from ${JSON.stringify(join(import.meta.dirname, "../../../../src/inspect/decode/decodeBody.ts"))};
      import { Schemas } from ${JSON.stringify(join(import.meta.dirname, "../../../../src/inspect/decode/schemas.ts"))};
      const schemas = Schemas.read(${JSON.stringify([...protos, ["avro/item.avsc", JSON.stringify(itemSchema)]].map(([path, text]) => ({ path, text })))});
      for (const [body, type, format] of ${JSON.stringify([
        [orderBytes().toString("hex"), "shop.Order", "protobuf"],
        [itemBytes().toString("hex"), "shop.Item", "avro"],
        ["81a16101", undefined, "msgpack"],
        ["a1616101", undefined, "cbor"],
      ])}) {
        const bytes = Buffer.from(body, "hex");
        const decoded = await decodeBody(bytes, { size: bytes.length }, { schemas: { schemas: () => schemas }, choice: { format, type } });
        console.log(decoded.format);
      }`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--disallow-code-generation-from-strings", "--input-type=module", "--eval", script],
      { cwd: join(import.meta.dirname, "../../../..") },
    );
    assert.equal(stdout, "protobuf\navro\nmsgpack\ncbor\n");
  });
});
