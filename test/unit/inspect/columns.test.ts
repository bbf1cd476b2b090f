import assert from "node:assert/strict";
import type { Header } from "../../../src/broker/values.ts";
import { ExtraTexts, knownFields } from "../../../src/inspect/columns.ts";
import { FieldReader } from "../../../src/inspect/fieldValue.ts";
import { MessageLog } from "../../../src/inspect/log.ts";
import { RowPacker } from "../../../src/inspect/rowPacker.ts";
import { checkedLayout, fieldOf, parseField, propertyField } from "../../../src/protocol/columns.ts";
import { placeOfRows, unpackRows } from "../../../src/protocol/rows.ts";
import { ColumnsMemory } from "../../../src/views/inspector/columnsMemory.ts";
import { delivery } from "../logSupport.ts";

const headers: readonly Header[] = [
  { name: "tenant", value: { type: "int32", value: "42" } },
  { name: "x.y", value: { type: "string", value: "dotted" } },
  {
    name: "trace",
    value: {
      type: "table",
      entries: [
        { name: "id", value: { type: "int64", value: "9007199254740993" } },
        { name: "hops", value: { type: "array", items: [{ type: "string", value: "a" }] } },
      ],
    },
  },
];

const body = Buffer.from(
  '{"order":9007199254740993,"customer":{"name":"Zo\\u00eb \\"Z\\"","vip":true,"note":null},"lines":[{"sku":"A-1"},{"sku":"B-2"}],"n":-1.5e3}',
);

describe("columns", () => {
  const log = new MessageLog();
  log.add(
    delivery({
      key: "order.created",
      origin: "orders",
      position: "17",
      contentType: "application/json",
      properties: { correlationId: "c-1", priority: "3", type: "event" },
      headers,
      persistent: true,
      body,
    }),
    1_700_000_000_000,
    "none",
  );
  log.add(delivery({ body: Buffer.from("not JSON") }), 1_700_000_000_001, "none");
  const [slot, bare] = [log.slotAt(0), log.slotAt(1)];
  const reader = (field: string): FieldReader => {
    const parsed = parseField(field);
    assert.ok(parsed, field);
    return new FieldReader(log, parsed);
  };
  const text = (field: string): string => reader(field).text(slot);

  it("read headers, values inside of them, and such as have points in their names", () => {
    assert.equal(text("header.tenant"), "42");
    assert.equal(text("header.trace.id"), "9007199254740993");
    assert.equal(text("headers.trace.hops[0]"), "a");
    assert.equal(text("header.trace.hops"), '["a"]');
    assert.equal(text("header.x.y"), "dotted");
    assert.equal(text('header["x.y"]'), "dotted");
    assert.equal(text("header.none"), "");
  });

  it("read properties, whatever the driver calls them", () => {
    assert.equal(text("correlationId"), "c-1");
    assert.equal(text("property.type"), "event");
    assert.equal(text("contentType"), "application/json");
    assert.equal(text("persistent"), "true");
    assert.equal(text("exchange"), "orders");
    assert.equal(text("position"), "17");
    assert.equal(text("toString"), "");
  });

  it("read values in JSON exactly, and nothing from what is not JSON", () => {
    assert.equal(text("$.order"), "9007199254740993");
    assert.equal(text("$.customer.name"), 'Zoë "Z"');
    assert.equal(text("$.customer.vip"), "true");
    assert.equal(text("$.lines[1].sku"), "B-2");
    assert.equal(text("$.lines[0]"), '{"sku":"A-1"}');
    assert.equal(text("$.customer.none"), "");
    assert.equal(reader("$.order").text(bare), "");
  });

  it("sort numbers as numbers and everything else as text", () => {
    assert.equal(reader("header.tenant").value(slot), 42);
    assert.equal(reader("priority").value(slot), 3);
    assert.equal(reader("position").value(slot), 17);
    assert.equal(reader("$.n").value(slot), -1500);
    assert.equal(reader("$.customer.note").value(slot), undefined);
    assert.equal(reader("$.customer.name").value(slot), 'Zoë "Z"');
    assert.equal(reader("header.x.y").value(bare), undefined);
  });

  it("cut a long text, in the middle of an escape too", () => {
    const long = new MessageLog();
    for (const inner of ["x".repeat(5000), "\\u00e9".repeat(1000), "\\\\".repeat(2000), "\\n".repeat(2000)])
      long.add(delivery({ body: Buffer.from(`{"a":"${inner}"}`) }), 0, "none");
    const path = parseField("$.a");
    assert.ok(path);
    for (let at = 0; at < long.count; at++) {
      const value = new FieldReader(long, path).text(long.slotAt(at));
      assert.ok(value.length <= 200 && value.length > 100, `${at}: ${value.length}`);
      assert.equal(new Set(value).size, 1);
    }
  });

  it("are written as they are read", () => {
    for (const wrong of [
      "",
      "$",
      "header",
      "header.",
      "$.",
      "$..a",
      "a b",
      "header.a..b",
      "$[x]",
      '$["a',
      "x".repeat(300),
    ])
      assert.equal(parseField(wrong), undefined, wrong);
    for (const steps of [
      ["a", "b"],
      ["with.point", 0, 'qu"ote'],
      ["ü", "[0]"],
    ]) {
      const field = fieldOf("$", steps);
      assert.deepEqual(parseField(field), { of: "path", steps }, field);
    }
    assert.equal(propertyField("type"), "property.type");
    assert.deepEqual(parseField(propertyField("type")), { of: "property", name: "type" });
  });

  it("are offered for what the newest messages have", () => {
    assert.deepEqual(knownFields(log), {
      headers: ["header.tenant", "header.trace.hops", "header.trace.id", 'header["x.y"]'],
      properties: ["correlationId", "persistent", "priority", "property.type"],
      paths: ["$.customer.name", "$.customer.note", "$.customer.vip", "$.lines[0].sku", "$.n", "$.order"],
    });
  });

  it("travel with the rows, in the order in which they were asked for", () => {
    const packed = new RowPacker(log).pack([slot, bare, -1], ["$.order", "header.tenant", "no such ()"], 7);
    assert.equal(placeOfRows(packed), 7);
    const [first, second, gone] = unpackRows(packed);
    assert.deepEqual(first?.extras, ["9007199254740993", "42", ""]);
    assert.equal(first.key, "order.created");
    assert.deepEqual(second?.extras, ["", "", ""]);
    assert.deepEqual([gone?.seq, gone?.marker], [-1, true]);
    assert.equal(unpackRows(new RowPacker(log).pack([slot]))[0]?.extras, undefined);
    assert.ok(new ExtraTexts(log));
  });

  describe("as they are remembered", () => {
    const memory = (): { readonly columns: ColumnsMemory; readonly stored: Map<string, unknown> } => {
      const stored = new Map<string, unknown>();
      const columns = new ColumnsMemory({
        get: <T>(key: string, fallback?: T) => (stored.get(key) ?? fallback) as T,
        update: async (key: string, value: unknown) => {
          stored.set(key, JSON.parse(JSON.stringify(value)));
        },
      });
      return { columns, stored };
    };
    const wide = { columns: [{ field: "header.tenant", width: 90 }, { field: "key" }], utc: true };

    it("are those of their source, or those for every source that has none", async () => {
      const { columns } = memory();
      await columns.of("c1", "q1").write({ ...wide, sort: { field: "size", descending: true } }, false);
      assert.equal(columns.of("c1", "q1").read().sort?.descending, true);
      assert.equal(columns.of("c1", "q2").read().columns[0]?.field, "time");
      await columns.of("c1", "q3").write({ ...wide, sort: { field: "size", descending: true } }, true);
      assert.deepEqual(columns.of("c2", "q9").read(), wide);
      assert.equal(columns.of("c1", "q1").read().columns.length, 2);
    });

    it("are checked, and those of sources unused for long are forgotten", async () => {
      const { columns, stored } = memory();
      await columns.of("c", "everywhere").write(wide, true);
      for (let at = 0; at < 400; at++) await columns.of("c", `q${at}`).write({ ...wide, utc: false }, false);
      assert.ok(JSON.stringify(stored.get("mq.columns")).length < 60_000);
      assert.equal(columns.of("c", "q399").read().utc, false);
      assert.equal(columns.of("c", "q0").read().utc, true, "as everywhere");
      stored.set("mq.columns", "something else");
      assert.equal(columns.of("c", "q1").read().columns.length, 6);
      assert.equal(checkedLayout({ columns: [] }), undefined);
      assert.deepEqual(checkedLayout({ columns: [{ field: "a b" }, { field: "key", width: -3 }, { field: "key" }] }), {
        columns: [{ field: "key" }],
        utc: false,
      });
    });
  });
});
