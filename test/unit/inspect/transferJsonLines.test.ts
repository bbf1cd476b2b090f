import assert from "node:assert/strict";
import { MessageLog } from "../../../src/inspect/log.ts";
import { type SelectedMessage, SelectedMessages } from "../../../src/inspect/selectedMessages.ts";
import { readJsonLines } from "../../../src/inspect/transfer/readJsonLines.ts";
import type { ReadLine } from "../../../src/inspect/transfer/transferFormat.ts";
import { jsonLine } from "../../../src/inspect/transfer/writeJsonLine.ts";
import { awkwardBody, randomHeaders, randomProperties } from "../../support/randomMessages.ts";
import { delivery, seededRandom } from "../logSupport.ts";

const mebibyte = 1024 * 1024;

describe("messages as JSON Lines", () => {
  it("are exactly the same after writing and reading, whatever is in them", async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    try {
      for (let index = 0; index < 600; index++) {
        const sent = message({
          key: index % 3 === 0 ? "" : "order.größe",
          ...(index % 2 === 0 ? { origin: "shop.events" } : {}),
          persistent: index % 2 === 0,
          body: awkwardBody(random, index),
          headers: randomHeaders(random),
          properties: randomProperties(random),
        });
        const [read] = await readAll(text(sent));
        assert.ok(read?.message, read?.problem);
        const { draft, origin } = read.message;
        assert.ok(Buffer.from(draft.body).equals(sent.body), `body ${index}`);
        assert.deepEqual(draft.headers, sent.headers);
        assert.deepEqual({ ...draft.properties }, { ...sent.properties });
        assert.deepEqual([draft.key, origin, draft.persistent], [sent.key, sent.origin, sent.persistent]);
      }
    } catch (error) {
      throw new Error(`with the seed ${seed}`, { cause: error });
    }
  });

  it("are exact for large bodies, of text and of anything else, and nothing holds the event loop meanwhile", async () => {
    const large: readonly Buffer[] = [
      Buffer.from('漢字🐇"\\\n\u0007a'.repeat(mebibyte / 4)),
      Buffer.alloc(5 * mebibyte, 1),
      Buffer.from(Array.from({ length: 3 * mebibyte + 1 }, (_, index) => (index * 7919) % 251)),
    ];
    for (const body of large) {
      let line = "";
      for (const piece of jsonLine(message({ body }))) line += piece;
      const bytes = Buffer.from(line);
      // What a busy machine adds to one attempt is not ours.
      let longest = Infinity;
      for (let attempt = 0; attempt < 4 && longest > 250; attempt++) {
        const pauses = watchLoop();
        const [read] = await collect(readJsonLines(chunked(bytes, mebibyte)));
        longest = Math.min(longest, pauses.end());
        assert.ok(read?.message && Buffer.from(read.message.draft.body).equals(body), read?.problem);
      }
      assert.ok(longest <= 250, `held for ${longest} ms`);
    }
  });

  it("are written so that other tools can read them: one object a line, text as text", () => {
    const line = text(message({ body: Buffer.from('{"a":1}'), key: "k", properties: { type: "T" } }));
    assert.ok(line.endsWith("}\n"));
    assert.equal(line.trim().includes("\n"), false);
    const parsed = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual(
      [parsed["format"], parsed["received"], parsed["key"], parsed["body"], parsed["state"]],
      ["mq-message/1", "2023-11-14T22:13:20.000Z", "k", '{"a":1}', "none"],
    );
  });

  it("tell each mistake by its line and its reason, and go on", async () => {
    const good = text(message({ body: Buffer.from("x") })).trim();
    const broken = (change: Record<string, unknown>): string =>
      JSON.stringify({ ...(JSON.parse(good) as object), ...change });
    const lines = [
      good,
      '{"format":"mq-message/1","body":',
      "[1]",
      '{"body":"x"}',
      broken({ format: "mq-message/2" }),
      "",
      broken({ body: undefined }),
      broken({ bodyBase64: "AA==" }),
      broken({ body: undefined, bodyBase64: "A" }),
      broken({ body: undefined, bodyBase64: "AA=\n" }),
      broken({ body: "\ud800" }),
      broken({ body: 5 }),
      broken({ key: 5 }),
      broken({ persistent: "yes" }),
      broken({ properties: { priority: 5 } }),
      broken({ headers: { a: 1 } }),
      broken({ headers: [{ name: "h", value: { type: "int8", value: "300" } }] }),
      broken({ headers: [{ name: "h", value: { type: "wat", value: "" } }] }),
      broken({ headers: [{ name: "h", value: 5 }] }),
      broken({ cut: true }),
      broken({ body: undefined, file: "../../etc/passwd" }),
      good,
    ];
    const read = await readAll(lines.join("\r\n"));
    assert.deepEqual(
      read.map(({ line, problem }) => [line, problem?.replace(/[.:].*/s, "")]),
      [
        [1, undefined],
        [2, "It is not JSON"],
        [3, "It is not a JSON object"],
        [4, "It is not an exported message"],
        [5, "Its format is “mq-message/2”, and only “mq-message/1” can be read"],
        [7, "It has no “body” and no “bodyBase64”"],
        [8, "It has a “body” and a “bodyBase64”"],
        [9, "Its “bodyBase64” is not base64"],
        [10, "Its “bodyBase64” is not base64"],
        [11, "Its “body” holds half of a surrogate pair, which is no text"],
        [12, "Its body has to be a text"],
        [13, "Its “key” has to be a text"],
        [14, "Its “persistent” has to be true or false"],
        [15, "Its property “priority” has to be a text"],
        [16, "Its headers have to be a list of names and values"],
        [17, "The value of its header “h” is not a valid int8"],
        [18, "Its header “h” has no value with a type"],
        [19, "Its header “h” has no value with a type"],
        [20, "Its body was too large to keep whole"],
        [21, "Its body is in a file of its own, which is not read"],
        [22, undefined],
      ],
    );
    for (const { problem } of read) if (problem !== undefined) assert.match(problem, /[.?]$/);
  });

  it("tell bytes that are no UTF-8, headers nested without end, and a depth that no parser likes", async () => {
    let deep: unknown = { type: "null", value: "" };
    for (let depth = 0; depth < 1000; depth++) deep = { type: "array", items: [deep] };
    const tooDeep = JSON.stringify({ format: "mq-message/1", body: "", headers: [{ name: "h", value: deep }] });
    const nested = `{"format":"mq-message/1","body":"","headers":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const bytes = Buffer.concat([
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d, 0x0a]),
      Buffer.from(`${tooDeep}\n${nested}\n`),
    ]);
    const problems = (await collect(readJsonLines(chunked(bytes, 1000)))).map(({ problem }) => problem);
    assert.equal(problems[0], "It is not UTF-8.");
    assert.equal(problems[1], "Its headers are nested too deeply.");
    assert.match(problems[2] ?? "", /^One of its headers|^Its headers/);
    assert.equal(problems.length, 3);
  });

  it("take a name like any other, even those that JavaScript has for itself", async () => {
    const line = '{"format":"mq-message/1","body":"","properties":{"__proto__":"p"},"__proto__":{"key":"k"}}';
    const [read] = await readAll(line);
    assert.deepEqual(Object.entries(read?.message?.draft.properties ?? {}), [["__proto__", "p"]]);
    assert.equal(read?.message?.draft.key, undefined);
  });

  it("are read from pieces of any size, with or without a byte order mark and a last line end", async () => {
    const bytes = Buffer.from(
      `\ufeff${text(message({ body: Buffer.from("grüße") }))}\n \n${text(message({}))}`.trimEnd(),
    );
    for (const size of [1, 2, 7, 100, 100_000]) {
      const read = await collect(readJsonLines(chunked(bytes, size)));
      assert.deepEqual(
        read.map(({ line, message: found }) => [line, Buffer.from(found?.draft.body ?? "?").toString()]),
        [
          [1, "grüße"],
          [4, ""],
        ],
        `in pieces of ${size}`,
      );
    }
  });

  it("say of a line that is too long no more than that, hold none of it, and read the next", async () => {
    const endless = async function* (): AsyncGenerator<Buffer, void> {
      for (let index = 0; index < 200; index++) yield Buffer.alloc(mebibyte, 0x61);
      yield Buffer.from(`\n${text(message({}))}`);
    };
    const before = process.memoryUsage().arrayBuffers;
    const read = await collect(readJsonLines(endless()));
    assert.deepEqual(
      read.map(({ line, problem }) => [line, problem]),
      [
        [1, "It is longer than 64 MiB."],
        [2, undefined],
      ],
    );
    assert.ok(process.memoryUsage().arrayBuffers - before < 150 * mebibyte);
  });

  it("take a line of nearly 40 MiB, with escapes of every kind", async () => {
    const unit = '\\u0041\\ud83d\\ude00\\n\\"\\\\\\/ü'; // A😀⏎"\/ü
    const line = `{"headers":[],"body":"${unit.repeat(1_000_000)}","format":"mq-message/1"}`;
    const [read] = await readAll(line);
    assert.ok(read?.message, read?.problem);
    assert.ok(Buffer.from(read.message.draft.body).equals(Buffer.from('A😀\n"\\/ü'.repeat(1_000_000))));
  });

  it("tell mistakes in long lines too", async () => {
    const long = "a".repeat(1_200_000);
    const lines = [
      `{"format":"mq-message/1","body":"${long}\\ud800"}`,
      `{"format":"mq-message/1","body":"${long}\\x"}`,
      `{"format":"mq-message/1","body":"${long}`,
      `{"format":"mq-message/1","bodyBase64":"${long}="}`,
      `{"format":"mq-message/1","body":"","key":"${"k".repeat(1_100_000)}"}`,
      `{"format":"mq-message/1","body":"${long}"`,
      long,
    ];
    const problems = (await readAll(lines.join("\n"))).map(({ problem }) => problem?.replace(/[.:].*/s, ""));
    assert.deepEqual(problems, [
      "Its “body” holds half of a surrogate pair, which is no text",
      "It is not JSON",
      "It is not JSON",
      "Its “bodyBase64” is not base64",
      "Everything but its body is longer than 1 MiB",
      "It is not JSON",
      "It is not a JSON object",
    ]);
  });
});

describe("selected messages", () => {
  const collectSeqs = async (messages: SelectedMessages): Promise<number[]> =>
    (await collect(messages)).map(({ seq }) => seq);

  it("are what was there when reading began; what is evicted before its turn is counted", async () => {
    const log = filled(100, { messages: 100 });
    const messages = new SelectedMessages(log, { ...viewOf(log), searching: false }, { what: "kept" });
    assert.equal(await messages.count(), 100);
    const seqs: number[] = [];
    for await (const { seq, body } of messages) {
      assert.equal(body.toString(), String(seq));
      seqs.push(seq);
      // Two come for each that is read.
      for (let more = 0; more < 2; more++) add(log);
    }
    assert.ok(seqs.length < 60 && seqs.length > 20, `read ${seqs.length}`);
    assert.equal(seqs.length + messages.gone, 100);
    assert.deepEqual(
      seqs,
      seqs.toSorted((a, b) => a - b),
    );
  });

  it("are those of the filter when its search has ended, without markers", async () => {
    const log = filled(10);
    log.addMarker("Nothing was seen.", 0);
    add(log);
    let searching = true;
    const view = {
      get searching() {
        return searching;
      },
      get count() {
        return searching ? 0 : 6;
      },
      // Those with an odd seq, the marker among them.
      slotAt: (position: number) => log.slotAt(position * 2),
      position: (seq: number) => (seq - 1) / 2,
    };
    setTimeout(() => {
      searching = false;
    }, 5);
    assert.deepEqual(await collectSeqs(new SelectedMessages(log, view, { what: "shown" })), [1, 3, 5, 7, 9]);
    const these = new SelectedMessages(log, view, { what: "these", seqs: [12, 4, 2, 99, 11] });
    assert.deepEqual(await collectSeqs(these), [2, 4, 12]);
    assert.equal(these.gone, 1);
  });

  it("do not hold the event loop, however many there are", async () => {
    const log = filled(60_000, { messages: 60_000 });
    const pauses = watchLoop();
    let bytes = 0;
    for await (const each of new SelectedMessages(log, { ...viewOf(log), searching: false }, { what: "kept" }))
      for (const piece of jsonLine(each)) bytes += piece.length;
    const longest = pauses.end();
    assert.ok(bytes > 60_000 * 100);
    assert.ok(longest < 400, `held for ${longest} ms`);
  });
});

function viewOf(log: MessageLog) {
  return {
    count: log.count,
    slotAt: (position: number) => log.slotAt(position),
    position: (seq: number) => log.position(seq),
  };
}

function filled(count: number, limits: { readonly messages?: number } = {}): MessageLog {
  const log = new MessageLog(limits);
  for (let index = 0; index < count; index++) add(log);
  return log;
}

function add(log: MessageLog): void {
  log.add(delivery({ body: Buffer.from(String(log.nextSeq)), key: "k" }), 0, "none");
}

function message(parts: Partial<SelectedMessage>): SelectedMessage {
  const body = parts.body ?? Buffer.alloc(0);
  return {
    seq: 1,
    received: 1_700_000_000_000,
    state: "none",
    redelivered: false,
    persistent: true,
    headers: [],
    properties: {},
    fields: [],
    body,
    size: body.length,
    ...parts,
  };
}

function text(one: SelectedMessage): string {
  return [...jsonLine(one)].join("");
}

function readAll(lines: string): Promise<ReadLine[]> {
  return collect(readJsonLines(chunked(Buffer.from(lines), mebibyte)));
}

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Measures the longest work between two turns of the event loop, in milliseconds of the processor: others may be busy. */
function watchLoop(): { end(): number } {
  const used = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  let longest = 0;
  let last = used();
  let running = true;
  const turn = (): void => {
    const now = used();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    end: () => {
      running = false;
      return Math.max(longest, used() - last);
    },
  };
}
