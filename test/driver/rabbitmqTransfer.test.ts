import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Node, Session } from "../../src/broker/contract.ts";
import type { Connections } from "../../src/connections/connections.ts";
import { exportMessages } from "../../src/commands/exportMessages.ts";
import { importMessages } from "../../src/commands/importMessages.ts";
import type { Values } from "../../src/broker/form.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { Inspection } from "../../src/inspect/inspection.ts";
import { awkwardBody, randomHeaders, randomProperties } from "../support/randomMessages.ts";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import { ScriptedDialogs } from "../support/scriptedDialogs.ts";
import { form, pick, ScriptedPrompts } from "../support/scriptedPrompts.ts";
import { until } from "../support/until.ts";
import { seededRandom } from "../unit/logSupport.ts";
import { draft, fresh, typedHeaders } from "./conformanceSupport.ts";
import { RabbitmqStage } from "./rabbitmqStage.ts";

const count = 300;
const mebibyte = 1024 * 1024;

/** Export → import → export, on the real broker: byte for byte the same. */
describe("a round trip of messages through files and RabbitMQ", function () {
  this.timeout(120_000);
  let stage: RabbitmqStage;
  let session: Session;
  let folder: string;

  before(async () => {
    stage = new RabbitmqStage(await startRabbitmq());
    session = await driver.connect(stage.target, AbortSignal.timeout(20_000));
    folder = await mkdtemp(join(tmpdir(), "mq-round-trip-"));
  });
  after(async () => {
    await session.close();
    await stage.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("changes no byte of bodies, no property, no type and no digit of headers", async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    try {
      const first = await queue();
      for (let index = 0; index < count; index++) {
        const receipt = await session.publish(
          first,
          draft(awkwardBody(random, index), {
            persistent: index % 3 !== 0,
            headers: index % 5 === 0 ? typedHeaders : randomHeaders(random),
            properties: randomProperties(random),
            ...(index % 2 === 0 ? { contentType: "application/x-größe; a=b" } : {}),
            ...(index % 7 === 0 ? { contentEncoding: "gzip" } : {}),
          }),
        );
        assert.equal(receipt.outcome, "routed");
      }
      // Larger than what is sent among others.
      for (const size of [mebibyte, 3 * mebibyte + 1])
        await session.publish(first, draft(Buffer.from(Array.from({ length: size }, () => random() * 256))));
      await session.publish(first, draft(Buffer.from('\ufeffgrüße "\\\r\n🐇'.repeat(100_000))));
      await session.publish(first, draft("last"));

      const exported = await exportAll(first, count + 4);
      const second = await queue();
      await importAll(exported, second, { where: "node" });
      const again = await exportAll(second, count + 4);
      const [one, other] = await Promise.all([exported, again].map((path) => messagesIn(path)));
      assert.equal(one?.length, count + 4);
      for (const [index, line] of one.entries()) assert.equal(other?.[index], line, `message ${index}`);
    } catch (error) {
      throw new Error(`with the seed ${seed}`, { cause: error });
    }
  });

  it("puts messages back where they had been published to, by exchange and key", async () => {
    const name = fresh("topic");
    await stage.makeExchange(name, "topic");
    const from = await queue();
    await stage.bind(name, from.name, "order.*");
    await session.publish(await stage.routing.exchange(session, name), draft("by the exchange", { key: "order.new" }));
    await session.publish(from, draft("direct"));
    const exported = await exportAll(from, 2);
    await importAll(exported, from, { where: "origins" });
    assert.equal(await stage.ready("queue", from.name), 4);
    const lines = await messagesIn(await exportAll(from, 4), ["key", "origin", "body"]);
    assert.deepEqual(lines.slice(2), lines.slice(0, 2));
  });

  it("tells what nobody gets, and what the broker does not take", async () => {
    const from = await queue();
    await session.publish(from, draft("x"));
    const exported = await exportAll(from, 1);
    await stage.remove("queue", from.name);
    const { prompts } = await importAll(exported, from, { where: "node" }, "warn");
    assert.match(
      prompts.told("warn")[0] ?? "",
      /^0 of 1 messages .* 1 were returned, nobody gets them \(There is no queue/,
    );
  });

  async function queue(): Promise<Node> {
    const name = fresh("transfer");
    await stage.make("classic", name);
    return stage.node(session, "queue", name);
  }

  /** @returns the path of a file with everything that is in the queue; it stays there */
  async function exportAll(node: Node, messages: number): Promise<string> {
    const inspection = new Inspection();
    inspection.attach(await session.watch(node, { mode: "consume", window: 1000 }));
    await until("all have arrived", () => inspection.summary.received === messages);
    const prompts = new ScriptedPrompts(pick("JSON Lines"));
    const dialogs = new ScriptedDialogs(await mkdtemp(join(folder, "export-")));
    const { shown, kept } = inspection.summary;
    await exportMessages(
      { prompts, dialogs },
      {
        name: node.name,
        selected: { all: false, seqs: [] },
        isFiltered: false,
        shown,
        kept,
        fields: [],
        messages: (which) => inspection.messages(which),
      },
    );
    await inspection.close();
    assert.equal(prompts.told("inform").length, 1, prompts.screen);
    await until("all are back", async () => (await stage.ready("queue", node.name)) === messages);
    return dialogs.saved;
  }

  async function importAll(
    path: string,
    node: Node,
    values: Values,
    told: "inform" | "warn" = "inform",
  ): Promise<{ readonly prompts: ScriptedPrompts }> {
    const prompts = new ScriptedPrompts(form((question) => question.submit(values)));
    const dialogs = new ScriptedDialogs(folder);
    dialogs.toOpen = path;
    const connection = { id: "c", profile: { name: "Test" }, connect: () => Promise.resolve(session) };
    const connections = { get: () => connection } as unknown as Connections;
    await importMessages({ prompts, dialogs, connections }, { connectionId: "c", node });
    assert.equal(prompts.told(told).length, 1, prompts.screen);
    return { prompts };
  }

  /** The parts of each line that a message takes along when it is sent again. */
  async function messagesIn(
    path: string,
    parts: readonly string[] = [
      ...["persistent", "contentType", "contentEncoding", "properties", "headers", "body", "bodyBase64", "size"],
    ],
  ): Promise<string[]> {
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    return lines.map((line) => {
      const all = JSON.parse(line) as Readonly<Record<string, unknown>>;
      return JSON.stringify(parts.map((part) => all[part]));
    });
  }
});
