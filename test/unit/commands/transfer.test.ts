import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Draft, Node, Receipt } from "../../../src/broker/contract.ts";
import { text } from "../../../src/broker/values.ts";
import { exportMessages, type ExportSource } from "../../../src/commands/exportMessages.ts";
import { importMessages } from "../../../src/commands/importMessages.ts";
import type { Profile } from "../../../src/connections/profile.ts";
import { MessageLog } from "../../../src/inspect/log.ts";
import { SelectedMessages, type WhichMessages } from "../../../src/inspect/selectedMessages.ts";
import { jsonLine } from "../../../src/inspect/transfer/writeJsonLine.ts";
import { makeBench, savedProfile } from "../../support/connectionBench.ts";
import type { Bench } from "../../support/connectionBench.ts";
import type { FakeSession } from "../../support/fakeDriver.ts";
import { ScriptedDialogs } from "../../support/scriptedDialogs.ts";
import { type Answer, form, pick, ScriptedPrompts } from "../../support/scriptedPrompts.ts";
import { delivery } from "../logSupport.ts";

let folder: string;
let dialogs: ScriptedDialogs;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mq-transfer-"));
  dialogs = new ScriptedDialogs(folder);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("export", () => {
  it("asks which messages, in which format and where to, and writes them with everything", async () => {
    const prompts = new ScriptedPrompts(pick("The selected messages"), pick("JSON Lines"));
    const log = filled(5);
    await exportMessages({ prompts, dialogs }, source(log, { selected: { all: false, seqs: [4, 2] } }));
    prompts.finish();
    const lines = (await readFile(dialogs.saved, "utf8")).trim().split("\n");
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { body: string }).body),
      ["body 2", "body 4"],
    );
    assert.match(dialogs.saved, /orders_created \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.jsonl$/);
    assert.match(prompts.told("inform")[0] ?? "", /^2 messages were exported to orders_created.*\(.* bytes\)\.$/);
    await prompts.press("Open File");
    assert.deepEqual(dialogs.shown, [dialogs.saved]);
    assert.equal((await readdir(folder)).length, 1);
  });

  it("offers what the filter shows only with a filter, and a selection only when there is one", async () => {
    const labels = async (over: Partial<ExportSource>): Promise<readonly string[]> => {
      const prompts = new ScriptedPrompts(pick(undefined));
      await exportMessages({ prompts, dialogs }, source(filled(5), over));
      const { items } = prompts.asked[0]?.question as { items: { label: string }[] };
      return items.map(({ label }) => label);
    };
    assert.deepEqual(await labels({ selected: { all: true, seqs: [] }, isFiltered: true }), [
      "All messages that the filter lets through",
      "All messages that are kept",
    ]);
    assert.deepEqual(await labels({ selected: { all: false, seqs: [], current: 3 } }), [
      "The selected message",
      "All messages that are kept",
    ]);
    // Nothing to choose: the format is asked at once.
    assert.deepEqual(await labels({}), ["JSON Lines", "CSV", "Folder of bodies"]);
  });

  it("writes a table", async () => {
    const prompts = new ScriptedPrompts(pick("CSV"));
    await exportMessages({ prompts, dialogs }, source(filled(3)));
    const [titles, first] = (await readFile(dialogs.saved, "utf8")).split("\r\n");
    assert.ok(titles?.endsWith(",header.tenant,size,cut,bodyEncoding,body"), titles);
    assert.ok(first?.endsWith(",42,6,false,utf-8,body 1"), first);
  });

  it("has the columns of the list for values inside of bodies in a table too", async () => {
    const log = new MessageLog({});
    log.add(delivery({ body: Buffer.from('{"customer":{"name":"Ann"}}') }), 0, "none");
    log.add(delivery({ body: Buffer.from("no JSON") }), 0, "none");
    const prompts = new ScriptedPrompts(pick("CSV"));
    await exportMessages({ prompts, dialogs }, source(log, { fields: ["$.customer.name"] }));
    const lines = (await readFile(dialogs.saved, "utf8")).split("\r\n");
    assert.match(lines[0] ?? "", /,\$\.customer\.name,size,/);
    assert.match(lines[1] ?? "", /,Ann,27,/);
    assert.match(lines[2] ?? "", /,,7,/);
  });

  it("writes each body to a file of its own, with an index", async () => {
    const log = filled(3);
    log.add(delivery({ key: "../x", body: Buffer.from('{"a":1}') }), 0, "none");
    for (const suffix of ["", " (2)"]) {
      const prompts = new ScriptedPrompts(pick("Folder of bodies"));
      await exportMessages({ prompts, dialogs }, source(log, { name: "same" }));
      const told = prompts.told("inform")[0] ?? prompts.screen;
      assert.ok(told.includes("4 messages were exported to same"), told + suffix);
      await prompts.press("Open Index");
    }
    const [made = ""] = await readdir(folder);
    assert.deepEqual(await readdir(join(folder, made)), [
      "000001-k.txt",
      "000002-k.txt",
      "000003-k.txt",
      "000004-x.json",
      "index.jsonl",
    ]);
    assert.equal(await readFile(join(folder, made, "000002-k.txt"), "utf8"), "body 2");
    const index = (await readFile(join(folder, made, "index.jsonl"), "utf8")).trim().split("\n");
    assert.deepEqual(
      index.map((line) => (JSON.parse(line) as { file: string; body?: string }).file),
      ["000001-k.txt", "000002-k.txt", "000003-k.txt", "000004-x.json"],
    );
  });

  it("leaves nothing behind when it is cancelled, whatever the format", async () => {
    for (const format of ["JSON Lines", "CSV", "Folder of bodies"]) {
      const prompts = new ScriptedPrompts(pick(format));
      prompts.cancelProgress = true;
      await exportMessages({ prompts, dialogs }, source(filled(3)));
      assert.deepEqual(prompts.told("done"), ["The export was cancelled. Nothing was written."]);
      assert.deepEqual(await readdir(folder), [], format);
    }
  });

  it("leaves a file as it was, and nothing else, when it cannot be written", async () => {
    dialogs = new ScriptedDialogs(join(folder, "not", "there"));
    for (const format of ["JSON Lines", "Folder of bodies"]) {
      const prompts = new ScriptedPrompts(pick(format));
      await exportMessages({ prompts, dialogs }, source(filled(3)));
      assert.match(prompts.told("fail")[0] ?? "", /could not be written \(ENOENT/);
    }
    assert.deepEqual(await readdir(folder), []);
  });

  it("says what went missing meanwhile and what was kept cut", async () => {
    const log = new MessageLog({ messages: 3, body: 4 });
    for (let index = 0; index < 3; index++) log.add(delivery({ body: Buffer.from("longer") }), 0, "none");
    const prompts = new ScriptedPrompts(pick("All messages that are kept"), pick("JSON Lines"));
    await exportMessages(
      { prompts, dialogs },
      source(log, {
        selected: { all: false, seqs: [1, 2] },
        messages: () => {
          // The first is evicted.
          log.add(delivery({ body: Buffer.from("new") }), 0, "none");
          return messagesOf(log, { what: "these", seqs: [1, 2, 3, 4] });
        },
      }),
    );
    const [line = ""] = (await readFile(dialogs.saved, "utf8")).split("\n");
    const { cut, size, body } = JSON.parse(line) as { cut: boolean; size: number; body: string };
    assert.deepEqual({ cut, size, body }, { cut: true, size: 6, body: "long" });
    assert.match(
      prompts.told("warn")[0] ?? "",
      /^3 messages .* no longer kept when their turn came: 1\. .* too large to keep whole: 2\.$/,
    );
  });
});

describe("import", () => {
  const queue: Node = { id: "q:orders", kind: "queue", name: "orders", verbs: ["publish"], expandable: true };
  const ref = { connectionId: "p1", node: queue };

  async function connected(
    profile: Partial<Profile>,
    ...answers: Answer[]
  ): Promise<{ bench: Bench; session: FakeSession }> {
    const bench = makeBench({ answers });
    await bench.profiles.save(savedProfile(profile));
    await bench.connections.get("p1")?.connect();
    return { bench, session: bench.driver.sessions[0]! };
  }
  async function end(bench: Bench): Promise<void> {
    bench.prompts.finish();
    await bench.dispose();
  }
  async function file(...lines: readonly string[]): Promise<string> {
    const path = join(folder, "in.jsonl");
    await writeFile(path, lines.join("\n"));
    dialogs.toOpen = path;
    return path;
  }
  const line = (body: string, over: object = {}): string =>
    JSON.stringify({ format: "mq-message/1", key: "k", body, headers: [text("h", "v")], properties: {}, ...over });

  it("tells what is in the file, sends it when the user says so, and tells what became of it", async () => {
    await file(line("1"), line("2", { persistent: false, contentType: "text/plain" }), line("3"));
    const { bench, session } = await connected(
      {},
      form(async (question) => {
        assert.equal(
          question.form.note,
          "in.jsonl holds 3 messages with 3 bytes of bodies. Each is published anew and confirmed.",
        );
        assert.equal(question.form.submit, "Send 3 Messages");
        assert.deepEqual(question.effects, []);
        assert.deepEqual(session.published, []);
        await question.submit({});
      }),
    );
    await importMessages({ ...bench, dialogs }, ref);
    assert.deepEqual(
      session.published.map(({ body, persistent, key }) => [Buffer.from(body).toString(), persistent, key]),
      [
        ["1", true, "k"],
        ["2", false, "k"],
        ["3", true, "k"],
      ],
    );
    assert.deepEqual(session.published[1]?.headers, [text("h", "v")]);
    assert.deepEqual(bench.prompts.told("inform"), ["All 3 messages were confirmed and routed."]);
    await end(bench);
  });

  it("tells broken lines with their numbers and reasons, and sends the rest only when told to", async () => {
    await file(line("1"), "{broken", line("3"), line("4", { format: "other" }));
    for (const goes of [false, true]) {
      const { bench, session } = await connected(
        {},
        form(async (question) => {
          assert.equal(question.form.submit, "Send the Other 2 Messages");
          assert.deepEqual(
            question.effects?.map(({ sentence }) => sentence.slice(0, 38)),
            [
              "2 lines are broken and will be left ou",
              "Line 2: It is not JSON: is it cut off,",
              "Line 4: It is not an exported message:",
            ],
          );
          if (goes) await question.submit({});
        }),
      );
      await importMessages({ ...bench, dialogs }, ref);
      assert.equal(session.published.length, goes ? 2 : 0);
      await end(bench);
    }
  });

  it("takes lines of any JSON as bodies, and says so before", async () => {
    await file('{"a": 1 }', "[2]", "no JSON", '{"format":"mq-message/9","body":"x"}');
    const { bench, session } = await connected(
      {},
      form(async (question) => {
        assert.match(question.form.note ?? "", /no exported messages, but lines of JSON: 2\./);
        assert.deepEqual(
          question.effects?.map(({ sentence }) => sentence.slice(0, 32)),
          [
            "2 lines are broken and will be le",
            "Line 3: It is not JSON: is it cut",
            "Line 4: Its format is “mq-message",
          ].map((text) => text.slice(0, 32)),
        );
        assert.deepEqual(
          question.form.fields.map(({ name }) => name),
          ["key", "rate"],
        );
        await question.submit({ key: "new" });
      }),
    );
    session.formsOf.publish = [
      { id: "publish", title: "", submit: "", fields: [{ name: "key", label: "Key", type: "text" }] },
    ];
    await importMessages({ ...bench, dialogs }, ref);
    assert.deepEqual(
      session.published.map(({ body, key, contentType }) => [Buffer.from(body).toString(), key, contentType]),
      [
        ['{"a": 1 }', "new", "application/json"],
        ["[2]", "new", "application/json"],
      ],
    );
    await end(bench);
  });

  it("asks for the name in production", async () => {
    await file(line("1"));
    const { bench, session } = await connected(
      { environment: "production" },
      form(async (question) => {
        assert.deepEqual(question.effects, [{ severity: "danger", sentence: "This is production." }]);
        await assert.rejects(question.submit({ confirmName: "other" }), /Type “orders” to go on/);
        await question.submit({ confirmName: "orders" });
      }),
    );
    await importMessages({ ...bench, dialogs }, ref);
    assert.equal(session.published.length, 1);
    await end(bench);
  });

  it("sends each to where it came from, when the user wants that", async () => {
    await file(line("1", { origin: "shop" }), line("2"), line("3", { origin: "shop" }));
    const to: string[] = [];
    const { bench, session } = await connected(
      {},
      form(async (question) => {
        const [where] = question.form.fields;
        assert.deepEqual(
          where?.choices?.map(({ label }) => label),
          ["All to “orders”", "Each to where it was published to: shop, (default)"],
        );
        await question.submit({ where: "origins" });
      }),
    );
    Object.assign(session, {
      originOf: (_: Node, origin: string | undefined): Node => ({
        ...queue,
        id: `e:${origin ?? ""}`,
        name: origin ?? "(default)",
      }),
      publish: async (node: Node, draft: Draft): Promise<Receipt> => {
        to.push(`${node.name} ${draft.key ?? ""} ${Buffer.from(draft.body).toString()}`);
        return { outcome: "routed", persisted: true };
      },
    });
    await importMessages({ ...bench, dialogs }, ref);
    assert.deepEqual(to, ["shop k 1", "(default) k 2", "shop k 3"]);
    await end(bench);
  });

  it("sends nothing when the file was changed since it was checked", async () => {
    const path = await file(line("1"));
    const { bench, session } = await connected(
      {},
      form(async (question) => {
        await writeFile(path, `${line("other")}\n${line("more")}`);
        await question.submit({});
      }),
    );
    await importMessages({ ...bench, dialogs }, ref);
    assert.match(bench.prompts.told("fail")[0] ?? "", /was changed meanwhile\. Nothing was sent/);
    assert.deepEqual(session.published, []);
    await end(bench);
  });

  it("says so when there is nothing to send, when it was cancelled, and when there is no such file", async () => {
    const { bench, session } = await connected({});
    await file("nonsense", "");
    await importMessages({ ...bench, dialogs }, ref);
    assert.match(
      bench.prompts.told("warn")[0] ?? "",
      /no message in in\.jsonl that can be sent\. 1 line is broken.*Line 1:/,
    );
    await file(line("1"));
    bench.prompts.cancelProgress = true;
    await importMessages({ ...bench, dialogs }, ref);
    assert.deepEqual(bench.prompts.told("done"), ["The import was cancelled. Nothing was sent."]);
    dialogs.toOpen = join(folder, "gone.jsonl");
    await importMessages({ ...bench, dialogs }, ref);
    assert.match(bench.prompts.told("fail")[0] ?? "", /“gone\.jsonl” could not be read \(ENOENT/);
    dialogs.toOpen = undefined;
    await importMessages({ ...bench, dialogs }, ref);
    assert.deepEqual(session.published, []);
    await end(bench);
  });

  it("takes what was exported, of any size, without holding more than a few of it", async () => {
    const path = join(folder, "large.jsonl");
    const log = new MessageLog({});
    log.add(delivery({ body: Buffer.alloc(1024 * 1024, "grüße") }), 0, "none");
    const [one] = await collect(messagesOf(log, { what: "kept" }));
    const written = [...jsonLine(one!)].join("");
    await writeFile(path, written.repeat(60));
    dialogs.toOpen = path;
    const { bench, session } = await connected(
      {},
      form((question) => question.submit({})),
    );
    let count = 0;
    Object.assign(session, {
      publish: async (): Promise<Receipt> => {
        count++;
        await new Promise((resolve) => setImmediate(resolve));
        return { outcome: "routed", persisted: true };
      },
    });
    await importMessages({ ...bench, dialogs }, ref);
    assert.equal(count, 60);
    await end(bench);
  });
});

function filled(count: number): MessageLog {
  const log = new MessageLog({});
  for (let index = 0; index < count; index++)
    log.add(
      delivery({ key: "k", body: Buffer.from(`body ${log.nextSeq}`), headers: [text("tenant", "42")] }),
      1_700_000_000_000,
      "none",
    );
  return log;
}

function messagesOf(log: MessageLog, which: WhichMessages, fields?: readonly string[]): SelectedMessages {
  const view = {
    searching: false,
    count: log.count,
    slotAt: (position: number) => log.slotAt(position),
    position: (seq: number) => log.position(seq),
  };
  return new SelectedMessages(log, view, which, fields);
}

function source(log: MessageLog, over: Partial<ExportSource> = {}): ExportSource {
  return {
    name: "orders/created",
    selected: { all: false, seqs: [] },
    isFiltered: false,
    shown: log.count,
    kept: log.count,
    fields: [],
    messages: (which, fields) => messagesOf(log, which, fields),
    ...over,
  };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
