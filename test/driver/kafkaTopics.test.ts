import assert from "node:assert/strict";
import type { Node, Session } from "../../src/broker/contract.ts";
import type { Values } from "../../src/broker/form.ts";
import { crc32, murmur2, partitionFor } from "../../src/drivers/kafka/partitioner.ts";
import { bodyText, draft, eventually, find, fresh, letters, Reader, rejectsWith, tags } from "./conformanceSupport.ts";
import { KafkaStage } from "./kafkaStage.ts";

describe("Kafka: topics and groups", () => {
  let stage: KafkaStage;
  let session: Session;
  before(async function () {
    this.timeout(120_000);
    stage = await KafkaStage.start();
    session = await stage.driver.connect(stage.target, AbortSignal.timeout(20_000));
  });
  after(async function () {
    this.timeout(30_000);
    await session.close();
    await stage.stop();
  });

  const topic = async (partitions = 1): Promise<Node> => {
    const name = fresh("t");
    await stage.topic(name, partitions);
    return find(session, ["topics"], "topic", name);
  };
  const publish = async (to: Node, words: string, properties: Record<string, string> = {}): Promise<void> => {
    for (const word of letters(words))
      assert.equal((await session.publish(to, draft(word, { properties }))).outcome, "routed");
  };
  const browse = async (node: Node, values: Values): Promise<string> => {
    const subscription = await session.watch(node, { mode: "browse", window: 10, values });
    const got = await new Reader(subscription).rest();
    await subscription.close();
    return got.map(bodyText).join("");
  };
  const folder = async (kind: string): Promise<Node> => {
    const found = (await session.list(undefined)).items.find((node) => node.kind === kind);
    assert.ok(found);
    return found;
  };

  it("shows partitions with leader, replicas, offsets and size, and folds internal topics away", async () => {
    const node = await topic(3);
    await publish(node, "abc", { partition: "2" });
    const { items } = await session.list(node);
    assert.deepEqual(
      items.map(({ name }) => name),
      ["Partition 0", "Partition 1", "Partition 2"],
    );
    const facts = Object.fromEntries((items[2]?.facts ?? []).map(({ label, value }) => [label, value]));
    assert.equal(facts["Leader"], "1");
    assert.equal(facts["Next offset"], "3");
    assert.match(facts["Size of the log"] ?? "", /B$/);
    const [now] = await session.refresh([node]);
    assert.match(now?.detail ?? "", /^3 partitions · 3 messages · \d+ B$/);
    assert.ok(now?.facts?.some(({ label, value }) => label === "Retention" && value === "7 days"));
    const consumer = await session.watch(node, { mode: "consume", window: 1 });
    const topics = await session.list(await folder("topics"), { fresh: true });
    assert.ok(!topics.items.some(({ name }) => name.startsWith("__")));
    const inside = topics.items.find(({ kind }) => kind === "internalTopics");
    assert.ok((await session.list(inside)).items.some(({ name }) => name === "__consumer_offsets"));
    await consumer.close();
  });

  it("browses from the beginning, an offset, a time and the last, in one partition or all", async () => {
    const node = await topic(2);
    await publish(node, "abcd", { partition: "0", timestamp: "1700000000000" });
    await publish(node, "efgh", { partition: "1", timestamp: "1760000000000" });
    assert.equal(await browse(node, { start: "beginning", partition: "0" }), "abcd");
    assert.equal(await browse(node, { start: "offset", offset: "2", partition: "1" }), "gh");
    assert.equal(await browse(node, { start: "last", limit: "3", partition: "0" }), "bcd");
    assert.deepEqual(
      letters(await browse(node, { start: "last", limit: "4" }))
        .sort()
        .join(""),
      "cdgh",
    );
    assert.equal(await browse(node, { start: "time", time: "1750000000000" }), "efgh");
    assert.equal(await browse(node, { start: "time", time: "2026-12-31T00:00:00Z", partition: "0" }), "");
    const out = { start: "offset", offset: "99", partition: "0" };
    const error = await rejectsWith(session.watch(node, { mode: "browse", window: 1, values: out }), "invalid");
    assert.match(error.message, /offsets 0 to 3: 99 is out of range/);
    assert.deepEqual(await stage.groups(), [], "no group was made");
  });

  it("chooses partitions as Java and librdkafka do", async () => {
    assert.equal(murmur2(Buffer.from("21")), -973932308);
    assert.equal(murmur2(Buffer.from("foobar")), -790332482);
    assert.equal(murmur2(Buffer.from("a-little-bit-long-string")), -985981536);
    assert.equal(crc32(Buffer.from("123456789")), 0xcbf43926);
    const node = await topic(5);
    for (const key of ["one", "two", "three"]) {
      const receipt = await session.publish(node, draft("x", { key }));
      assert.ok(receipt.outcome === "routed");
      assert.equal(receipt.position?.split(":")[0], String(partitionFor(Buffer.from(key), 5, "murmur2")));
    }
  });

  it("writes and reads every compression, binary keys, tombstones and timestamps", async () => {
    const node = await topic();
    const body = "compressible ".repeat(500);
    for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"])
      await session.publish(node, draft(body, { properties: { compression } }));
    await session.publish(node, draft("", { key: "/wA=", properties: { keyEncoding: "base64", tombstone: "true" } }));
    const got = await new Reader(await session.watch(node, { mode: "browse", window: 10 })).rest();
    assert.deepEqual(
      got.slice(0, 5).map((each) => [each.properties["compression"] ?? "none", bodyText(each) === body]),
      ["none", "gzip", "snappy", "lz4", "zstd"].map((compression) => [compression, true]),
    );
    const last = got[5];
    assert.equal(last?.key, "/wA=");
    assert.equal(last.properties["keyEncoding"], "base64");
    assert.equal(last.properties["tombstone"], "true");
  });

  it("creates, configures and deletes a topic", async () => {
    const name = fresh("made");
    const values = { name, partitions: "2", "retention.ms": "60000" };
    const { node } = await session.act(await folder("topics"), "create", "topic", values);
    assert.ok(node);
    await rejectsWith(session.act(await folder("topics"), "create", "topic", { name }), "invalid");
    const bad = await rejectsWith(session.act(await folder("topics"), "create", "topic", { name: "a b" }), "invalid");
    assert.equal(bad.field, "name");
    const form = (await session.forms(node, "configure"))[0];
    assert.equal(form?.fields.find((field) => field.name === "retention.ms")?.default, "60000");
    const done = await session.act(node, "configure", "configure", { partitions: "4", "retention.ms": "120000" });
    assert.match(done.sentence, /retention\.ms = 120000, 4 partitions/);
    assert.equal((await session.list(node)).items.length, 4);
    const wrong = { "min.insync.replicas": "-5" };
    assert.equal((await rejectsWith(session.act(node, "configure", "configure", wrong), "invalid")).kind, "invalid");
    await session.act(node, "delete", "delete", {});
    await eventually(async () => (await session.refresh([node])).length, 0, "the topic");
  });

  it("deletes records up to an offset, and a browse that was before it says so", async () => {
    const node = await topic();
    await publish(node, "abcdef");
    const effects = await session.effects(node, "purge", { partition: "0", offset: "4" });
    assert.match(effects[0]?.sentence ?? "", /^4 records/);
    const done = await session.act(node, "purge", "purge", { partition: "0", offset: "4" });
    assert.match(done.sentence, /^4 records/);
    assert.equal(await browse(node, { start: "beginning" }), "ef");
    await rejectsWith(session.act(node, "purge", "purge", { partition: "0", offset: "99" }), "invalid");
  });

  it("shows a group with members and lag, refuses a reset while it is read, and resets it after a dry run", async () => {
    const node = await topic(2);
    await publish(node, "abcde", { partition: "0" });
    const consumer = await session.watch(node, { mode: "consume", window: 10 });
    const reader = new Reader(consumer);
    await consumer.settle(tags((await reader.take(5)).slice(0, 2)), "ack");
    const name = consumer.facts[0]?.value ?? "";
    const group = await find(session, ["groups"], "group", name);
    assert.match((await session.refresh([group]))[0]?.detail ?? "", /^Stable · 1 member · lag 3$/);
    const rows = (await session.list(group)).items;
    assert.ok(rows.some(({ kind }) => kind === "member"));
    assert.match(rows.find(({ kind }) => kind === "position")?.detail ?? "", /^at 2 of 5 · lag 3/);
    await rejectsWith(session.act(group, "reset", "reset", { dryRun: false, to: "beginning" }), "invalid");
    await consumer.close();
    await eventually(() => stage.groups(), [], "the temporary group is gone");
    const own = fresh("group");
    await stage.broker.tool("org.apache.kafka.tools.consumer.ConsoleConsumer", [
      ...["--bootstrap-server", `127.0.0.1:${String(stage.broker.port)}`, "--topic", node.name],
      ...["--group", own, "--from-beginning", "--max-messages", "5", "--timeout-ms", "15000"],
    ]);
    const read = await find(session, ["groups"], "group", own);
    const dry = await session.act(read, "reset", "reset", {
      to: "offset",
      offset: "1",
      topic: node.name,
      partition: "0",
    });
    assert.match(dry.sentence, /^Dry run.*from 5 to 1, 4 messages again/);
    const values = { dryRun: false, to: "offset", offset: "1", topic: node.name, partition: "0" };
    assert.match((await session.act(read, "reset", "reset", values)).sentence, /was reset/);
    const dryAgain = await session.act(read, "reset", "reset", values);
    assert.match(dryAgain.sentence, /Nothing would change/);
    await session.act(read, "delete", "delete", {});
    assert.deepEqual(await stage.groups(), []);
  }).timeout(60_000);

  it("ends when what was there was handed out, and acks it all", async () => {
    const node = await topic(2);
    await publish(node, "abc", { partition: "0" });
    await publish(node, "de", { partition: "1" });
    const consumer = await session.watch(node, { mode: "consume", window: 10, untilEmpty: true });
    const got = await new Reader(consumer).rest();
    assert.equal(got.length, 5);
    assert.deepEqual(await consumer.settle(tags(got), "ack"), []);
    await consumer.close();
  });

  it("understands the console producer and is understood by the console consumer", async () => {
    const node = await topic();
    const at = ["--bootstrap-server", `127.0.0.1:${String(stage.broker.port)}`, "--topic", node.name];
    const properties = ["parse.key=true", "parse.headers=true"].flatMap((each) => ["--reader-property", each]);
    await stage.broker.tool(
      "org.apache.kafka.tools.ConsoleProducer",
      [...at, ...properties, "--compression-codec", "zstd"],
      "tenant:eu\tk1\tfrom Java\n",
    );
    const [got] = await new Reader(await session.watch(node, { mode: "browse", window: 1 })).rest();
    assert.ok(got);
    assert.deepEqual([got.key, bodyText(got)], ["k1", "from Java"]);
    assert.deepEqual(got.headers, [{ name: "tenant", value: { type: "string", value: "eu" } }]);
    const headers = [{ name: "h", value: { type: "string", value: "v" } }] as const;
    await session.publish(node, draft("from here ä", { key: "k2", headers, properties: { compression: "lz4" } }));
    const printed = await stage.broker.tool("org.apache.kafka.tools.consumer.ConsoleConsumer", [
      ...[...at, "--from-beginning", "--max-messages", "2", "--timeout-ms", "15000"],
      ...["print.key=true", "print.headers=true"].flatMap((each) => ["--formatter-property", each]),
    ]);
    assert.match(printed, /tenant:eu\tk1\tfrom Java\nh:v\tk2\tfrom here ä/);
  }).timeout(60_000);

  it("keeps what was confirmed when the broker is killed, and calls the rest unknown", async function () {
    this.timeout(120_000);
    const node = await topic();
    const own = await stage.driver.connect({ uri: stage.broker.uri, pins: [] }, AbortSignal.timeout(20_000));
    const confirmed: string[] = [];
    const outcomes = new Set<string>();
    const sending = Array.from({ length: 4 }, async (_, worker) => {
      for (let at = 0; at < 5000; at++) {
        const id = `${String(worker)}-${String(at)}`;
        const receipt = await own.publish(node, draft(id)).catch(() => undefined);
        outcomes.add(receipt?.outcome ?? "rejected");
        if (receipt?.outcome !== "routed") return;
        confirmed.push(id);
      }
    });
    await eventually(() => confirmed.length > 100, true, "some confirmed");
    await stage.broker.kill();
    await Promise.all(sending);
    await own.close();
    await stage.broker.start();
    const again = await stage.driver.connect({ uri: stage.broker.uri, pins: [] }, AbortSignal.timeout(20_000));
    const all = await again.watch(node, {
      mode: "browse",
      window: 1000,
      values: { start: "beginning", limit: "100000" },
    });
    const there = new Set((await new Reader(all).rest()).map(bodyText));
    assert.deepEqual(
      confirmed.filter((id) => !there.has(id)),
      [],
    );
    assert.ok(outcomes.has("lost") || outcomes.has("rejected"));
    await all.close();
    await again.close();
  });
});
