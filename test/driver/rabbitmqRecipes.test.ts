import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Delivery, Draft, Node, Session } from "../../src/broker/contract.ts";
import type { Header } from "../../src/broker/values.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { startRabbitmq, type RabbitmqServer } from "../support/rabbitmqServer.ts";
import { until } from "../support/until.ts";
import { RabbitmqStage, targetOf } from "./rabbitmqStage.ts";

const run = promisify(execFile);
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Everything that a shell, a literal or a comment could stumble over. */
const hard = `it's "so" $HOME \`id\` \\u0022 \\n\n\u202eü😀`;

const scalars = {
  string: hard,
  boolean: "true",
  int8: "-8",
  uint8: "200",
  int16: "-300",
  uint16: "60000",
  int32: "-70000",
  uint32: "4000000000",
  int64: "9007199254740993",
  float: "0.1",
  double: "-0",
  decimal: "-12.34",
  timestamp: "1700000000",
  bytes: "AP8B",
  null: "",
} as const;

const headers: readonly Header[] = [
  ...Object.entries(scalars).map(([type, value]): Header => ({
    name: type,
    value: { type: type as keyof typeof scalars, value },
  })),
  { name: "__proto__", value: { type: "string", value: "a name like any other" } },
  {
    name: "array",
    value: {
      type: "array",
      items: [
        { type: "string", value: "x" },
        { type: "table", entries: [] },
      ],
    },
  },
  { name: "table", value: { type: "table", entries: [{ name: "!", value: { type: "int64", value: "7" } }] } },
];

const draft: Draft = {
  body: Buffer.from(JSON.stringify({ hard, id: 1 }).replace("1}", "12345678901234567890}")),
  key: `key ${hard}`,
  contentType: "application/json",
  persistent: true,
  headers,
  properties: {
    priority: "5",
    expiration: "600000",
    correlationId: hard,
    replyTo: "replies",
    messageId: "m",
    timestamp: "1700000000",
    type: "t",
    userId: "guest",
    appId: "a",
  },
};

describe("recipes of RabbitMQ, run", function () {
  this.timeout(60_000);
  let broker: RabbitmqServer;
  let session: Session;
  let queue: Node;
  let folder: string;
  const arrived: Delivery[] = [];

  before(async () => {
    broker = await startRabbitmq();
    const stage = new RabbitmqStage(broker);
    await stage.makeExchange("it's a shop", "fanout");
    await stage.make("classic", "orders");
    await stage.bind("it's a shop", "orders", "");
    session = await driver.connect(targetOf(broker), AbortSignal.timeout(20_000));
    queue = await stage.node(session, "queue", "orders");
    const subscription = await session.watch(queue, { mode: "consume", window: 100 });
    void (async () => {
      for await (const batch of subscription)
        for (const delivery of batch) arrived.push({ ...delivery, body: Buffer.from(delivery.body) });
    })();
    await mkdir(join(root, ".cache"), { recursive: true });
    // Below the project, so that the program finds amqplib.
    folder = await mkdtemp(join(root, ".cache", "recipes-"));
  });
  after(async () => {
    await session.close();
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function written(id: string, what: Draft): Promise<string> {
    const recipe = (await driver.recipes?.())?.find((each) => each.id === id);
    assert.ok(recipe);
    return recipe.write({ ...targetOf(broker), seenIn: queue, origin: "it's a shop", draft: what });
  }

  async function theNext(): Promise<Delivery> {
    await until("the message arrives", () => arrived.length > 0);
    const delivery = arrived.shift();
    assert.ok(delivery);
    return delivery;
  }

  /** Runs a command whose tool only notes what it was given. */
  async function given(
    tool: string,
    command: string,
  ): Promise<{ readonly args: readonly string[]; readonly input: string }> {
    const note = join(folder, "given.json");
    const script = `#!${process.execPath}
import { readFileSync, writeFileSync } from "node:fs";
const input = readFileSync(0, "utf8");
writeFileSync(process.env.NOTE, JSON.stringify({ args: process.argv.slice(2), input }));
`;
    await writeFile(join(folder, tool), script);
    await chmod(join(folder, tool), 0o755);
    await writeFile(join(folder, "run.sh"), command);
    await run("sh", ["-c", `sh "${join(folder, "run.sh")}" </dev/null`], {
      env: { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}`, NOTE: note, RABBITMQ_PASSWORD: "gu est" },
    });
    return JSON.parse(await readFile(note, "utf8")) as { args: string[]; input: string };
  }

  async function post(path: string, body: string): Promise<void> {
    const answer = await fetch(new URL(path, broker.adminUrl), {
      method: "POST",
      headers: { authorization: `Basic ${btoa("guest:guest")}`, "content-type": "application/json" },
      body,
    });
    assert.deepEqual(await answer.json(), { routed: true });
  }

  function assertSent(delivery: Delivery, what: Draft): void {
    assert.deepEqual(Buffer.from(delivery.body), Buffer.from(what.body));
    assert.deepEqual(
      [delivery.key, delivery.origin, delivery.contentType, delivery.contentEncoding, delivery.persistent],
      [what.key, "it's a shop", what.contentType, what.contentEncoding, what.persistent],
    );
    assert.deepEqual(delivery.properties, what.properties);
  }

  function byName(list: readonly Header[]): readonly Header[] {
    return list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  const binary: Draft = {
    body: Buffer.from([0, 255, 10, 39, 92]),
    key: "",
    contentEncoding: "none",
    persistent: false,
    headers: [],
    properties: {},
  };

  it("amqplib publishes exactly the message, every type included", async () => {
    for (const what of [draft, binary]) {
      const program = join(folder, "publish.mjs");
      await writeFile(program, await written("amqplib", what));
      await run(process.execPath, [program], { env: { ...process.env, RABBITMQ_PASSWORD: "guest" } });
      const delivery = await theNext();
      assertSent(delivery, what);
      assert.deepEqual(delivery.headers, what.headers);
    }
  });

  it("curl sends what the management API understands, with the types that it has", async () => {
    for (const what of [draft, binary]) {
      const { args, input } = await given("curl", await written("curl", what));
      const url = args.at(-1) ?? "";
      assert.ok(url.startsWith(broker.adminUrl), url);
      assert.deepEqual(args.slice(0, -1), [
        "-sS",
        "-g",
        "-u",
        "guest",
        "-H",
        "content-type: application/json",
        "--data-binary",
        "@-",
      ]);
      await post(url, input);
      const delivery = await theNext();
      assertSent(delivery, what);
      assert.deepEqual(byName(delivery.headers), byName(asJsonKnows(what.headers)));
    }
  });

  it("rabbitmqadmin gets each argument as one, whatever is in it", async () => {
    for (const what of [draft, binary]) {
      const { args } = await given("rabbitmqadmin", await written("rabbitmqadmin", what));
      const { port } = new URL(broker.adminUrl);
      assert.deepEqual(args.slice(0, 6), [
        "--host=127.0.0.1",
        `--port=${port}`,
        "--vhost=/",
        "--username=guest",
        "--password=gu est",
        "publish",
      ]);
      const upload = Object.fromEntries(
        args.slice(6).map((each) => each.split(/=(.*)/s).slice(0, 2) as [string, string]),
      );
      const { exchange = "", properties = "{}", ...rest } = upload;
      // The properties as they are: parsing would round the large numbers.
      const fields = JSON.stringify({ payload_encoding: "string", ...rest }).slice(1);
      await post(`/api/exchanges/%2F/${encodeURIComponent(exchange)}/publish`, `{"properties":${properties},${fields}`);
      assertSent(await theNext(), what);
    }
  });

  it("sends a message again to the exchange that it came from", async () => {
    const target = session.originOf?.(queue, "it's a shop");
    assert.ok(target);
    assert.equal((await session.publish(target, draft)).outcome, "routed");
    assertSent(await theNext(), draft);
    const own = session.originOf?.(queue, undefined);
    assert.ok(own);
    assert.equal((await session.publish(own, { ...draft, key: "orders" })).outcome, "routed");
    const delivery = await theNext();
    assert.deepEqual([delivery.origin, delivery.key], [undefined, "orders"]);
  });
});

/** The management API has 64-bit integers, doubles, strings, booleans, arrays and tables. */
function asJsonKnows(list: readonly Header[]): readonly Header[] {
  return list.map(({ name, value }) => {
    if (!("value" in value)) return { name, value };
    const { type } = value;
    if (/^u?int|timestamp/.test(type)) return { name, value: { type: "int64", value: value.value } };
    if (type === "float") return { name, value: { type: "double", value: value.value } };
    if (type === "decimal" || type === "bytes" || type === "null")
      return { name, value: { type: "string", value: value.value } };
    return { name, value };
  });
}
