import assert from "node:assert/strict";
import type { SelectedMessage } from "../../../src/inspect/selectedMessages.ts";
import { bodyFileName, endingOf } from "../../../src/inspect/transfer/bodyFileName.ts";
import { CsvColumns, csvOf } from "../../../src/inspect/transfer/csv.ts";
import { text } from "../../../src/broker/values.ts";

describe("messages as CSV", () => {
  it("have a column for every property and header that occurs, and quotes where they belong", async () => {
    const table = await csv(
      message({ key: "a,b", properties: { type: "T" }, headers: [text("tenant", 'say "hi"')], body: "line\r\nline" }),
      message({ origin: "shop", headers: [{ name: "deep", value: { type: "array", items: [] } }], body: "" }),
      message({ body: Buffer.from([0xff, 0x00]) }),
    );
    assert.deepEqual(parse(table), [
      [
        ...["received", "state", "origin", "key", "position", "redelivered", "deliveryCount", "persistent"],
        ...["contentType", "contentEncoding", "property.type", "header.tenant", "header.deep"],
        ...["size", "cut", "bodyEncoding", "body"],
      ],
      [
        ...["2023-11-14T22:13:20.000Z", "none", "", "a,b", "", "false", "", "true", "", ""],
        ...["T", 'say "hi"', "", "10", "false", "utf-8", "line\r\nline"],
      ],
      [
        ...["2023-11-14T22:13:20.000Z", "none", "shop", "", "", "false", "", "true", "", ""],
        ...["", "", '{"type":"array","items":[]}', "0", "false", "utf-8", ""],
      ],
      [
        ...["2023-11-14T22:13:20.000Z", "none", "", "", "", "false", "", "true", "", ""],
        ...["", "", "", "2", "false", "base64", "/wA="],
      ],
    ]);
  });

  it("hold nothing that a spreadsheet takes for a formula", async () => {
    for (const start of ["=", "+", "-", "@", "\t", "\r"]) {
      const evil = `${start}HYPERLINK("http://evil")`;
      const large = evil + "x".repeat(200_000);
      const [, first, second] = parse(
        await csv(message({ key: evil, body: evil, headers: [text("h", evil)] }), message({ body: large })),
      );
      for (const cell of first ?? []) assert.doesNotMatch(cell, /^[=+\-@\t\r]/);
      assert.ok(first?.includes(`'${evil}`));
      assert.equal(second?.at(-1), `'${large}`);
    }
  });

  it("carry large bodies in pieces, between other rows", async () => {
    const large = Buffer.from('grüße 🐇 "quoted"\n'.repeat(20_000));
    const binary = Buffer.from(Array.from({ length: 300_001 }, (_, index) => (index * 31) % 256));
    const rows = parse(await csv(message({ body: "a" }), message({ body: large }), message({ body: binary })));
    assert.equal(rows[2]?.at(-1), large.toString());
    assert.equal(rows[3]?.at(-1), binary.toString("base64"));
    assert.deepEqual(
      rows.map((row) => row.length),
      [14, 14, 14, 14],
    );
  });

  it("put what would need too many columns into one", async () => {
    const many = Array.from({ length: 300 }, (_, index) => text(`h${index}`, String(index)));
    const [titles = [], row = []] = parse(await csv(message({ headers: many })));
    assert.equal(titles.filter((title) => title.startsWith("header.")).length, 200);
    const more = JSON.parse(row[titles.indexOf("more")] ?? "") as { headers: unknown[] };
    assert.equal(more.headers.length, 100);
  });
});

describe("the file of a body", () => {
  it("has a name that every system takes, unique by its number", () => {
    const name = (key: string): string => bodyFileName(42, 1000, message({ key, body: "{}" }));
    assert.equal(name("order.created"), "000042-order.created.json");
    assert.equal(name("../../etc/passwd"), "000042-etc_passwd.json");
    assert.equal(name('a<b>:"|?*\\/\n\0c'), "000042-a_b_c.json");
    assert.equal(name(""), "000042.json");
    assert.equal(name("..."), "000042.json");
    assert.equal(name("𠀀".repeat(100)), `000042-${"𠀀".repeat(30)}.json`);
    assert.equal(bodyFileName(7, 12_345_678, message({})), "00000007.txt");
  });

  it("ends by what the message says it is, else by its first bytes", () => {
    const ending = (parts: Parameters<typeof message>[0]): string => endingOf(message(parts));
    assert.equal(ending({ contentType: "application/json; charset=utf-8" }), "json");
    assert.equal(ending({ contentType: "application/vnd.shop+xml" }), "xml");
    assert.equal(ending({ contentType: "application/json", contentEncoding: "gzip" }), "json.gz");
    assert.equal(ending({ contentEncoding: "br" }), "br");
    assert.equal(ending({ contentType: "x/../../evil", body: "[1]" }), "json");
    assert.equal(ending({ body: Buffer.from("89504e470d0a1a0a00", "hex") }), "png");
    assert.equal(ending({ body: "<a/>" }), "xml");
    assert.equal(ending({ body: "grüße" }), "txt");
    assert.equal(ending({ body: Buffer.from([0xff, 0x00]) }), "bin");
    assert.equal(ending({ body: "a\0b" }), "bin");
    assert.equal(ending({ body: `a${"ü".repeat(5000)}` }), "txt");
  });
});

function message({
  body = "",
  ...parts
}: Partial<Omit<SelectedMessage, "body">> & { body?: string | Buffer }): SelectedMessage {
  const bytes = Buffer.from(body as string);
  return {
    seq: 1,
    received: 1_700_000_000_000,
    state: "none",
    redelivered: false,
    persistent: true,
    headers: [],
    properties: {},
    fields: [],
    body: bytes,
    size: bytes.length,
    ...parts,
  };
}

async function csv(...messages: readonly SelectedMessage[]): Promise<string> {
  const columns = new CsvColumns();
  for (const each of messages) columns.add(each);
  const all = async function* (): AsyncGenerator<SelectedMessage, void> {
    yield* messages;
  };
  let table = "";
  for await (const piece of csvOf(all(), columns)) table += piece;
  return table;
}

/** RFC 4180, the other way round. */
function parse(table: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy;
  for (let found = cell.exec(table); found; found = cell.exec(table)) {
    const [, raw = "", end] = found;
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
