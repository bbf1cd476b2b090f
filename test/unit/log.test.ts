import assert from "node:assert/strict";
import type { Delivery } from "../../src/broker/contract.ts";
import { text, type Header } from "../../src/broker/values.ts";
import { MessageLog } from "../../src/inspect/log.ts";
import { newRecordBytes } from "../../src/inspect/record.ts";
import { delivery, seededRandom } from "./logSupport.ts";

describe("the message log", () => {
  it("gives back every part of a message exactly", () => {
    const headers: Header[] = [
      text("", ""),
      text("tenant", "Zoë 😀 ".repeat(40)),
      { name: "nested", value: { type: "table", entries: [text("a", "b")] } },
      { name: "list", value: { type: "array", items: [{ type: "int64", value: "-9223372036854775808" }] } },
    ];
    const whole: Delivery = {
      tag: 7,
      key: "order.created",
      origin: "shop",
      position: "42",
      deliveryCount: 3,
      redelivered: true,
      persistent: false,
      contentType: "application/json",
      contentEncoding: "gzip",
      headers,
      properties: { messageId: "m", empty: "" },
      body: Buffer.from("{}"),
    };
    const log = new MessageLog();
    const slot = log.slot(log.add(whole, 1234, "pending"));
    const { tag, redelivered, persistent, body, ...envelope } = whole;
    assert.deepEqual(log.envelope(slot), envelope);
    assert.equal(log.tag(slot), tag);
    assert.equal(log.isRedelivered(slot), redelivered);
    assert.equal(log.isPersistent(slot), persistent);
    assert.equal(log.time(slot), 1234);
    assert.equal(log.state(slot), "pending");
    assert.deepEqual(Buffer.from(log.body(slot)), body);
    const bare = log.slot(
      log.add({ tag: 8, redelivered: false, headers: [], properties: {}, body: Buffer.of() }, 0, "none"),
    );
    assert.deepEqual(log.envelope(bare), { headers: [], properties: {} });
    assert.equal(log.isPersistent(bare), undefined);
  });

  it("keeps a copy: the reader may use its memory again", () => {
    const body = Buffer.from("before");
    const log = new MessageLog();
    const seq = log.add(delivery({ body }), 0, "none");
    body.fill("x");
    assert.equal(log.body(log.slot(seq)).toString(), "before");
  });

  it("evicts the oldest when there are too many messages, and counts", () => {
    const log = new MessageLog({ messages: 3 });
    for (let index = 0; index < 5; index++) log.add(delivery({ key: String(index) }), 0, "none");
    assert.deepEqual(keys(log), ["2", "3", "4"]);
    assert.equal(log.evicted, 2);
    assert.equal(log.received, 5);
    assert.equal(log.position(1), -1);
    assert.equal(log.position(3), 0);
  });

  it("evicts the oldest when there are too many bytes", () => {
    const log = new MessageLog({ bytes: 10_000 });
    for (let index = 0; index < 20; index++)
      log.add(delivery({ key: String(index), body: Buffer.alloc(1000) }), 0, "none");
    assert.ok(log.bytes <= 10_000);
    assert.equal(keys(log).at(-1), "19");
    assert.equal(log.count, 9);
  });

  it("never evicts what may still be settled, and refuses when that is all there is", () => {
    const log = new MessageLog({ messages: 3 });
    const first = log.add(delivery({ key: "a" }), 0, "pending");
    for (const key of ["b", "c", "d", "e"]) log.add(delivery({ key }), 0, "none");
    assert.deepEqual(keys(log), ["a", "d", "e"]);
    for (const key of ["f", "g"]) log.add(delivery({ key }), 0, "pending");
    assert.deepEqual(keys(log), ["a", "f", "g"]);
    assert.equal(log.add(delivery({ key: "h" }), 0, "pending"), -1);
    assert.equal(log.pending, 3);
    log.setState(log.slot(first), "settling");
    assert.equal(log.add(delivery({ key: "h" }), 0, "pending"), -1, "settling is not settled yet");
    log.setState(log.slot(first), "acked");
    assert.ok(log.add(delivery({ key: "h" }), 0, "pending") > 0);
    assert.deepEqual(keys(log), ["f", "g", "h"]);
  });

  it("cuts a body that is too large, and knows its true size", () => {
    const log = new MessageLog({ body: 1_000_000 });
    const seq = log.add(delivery({ body: Buffer.alloc(1_000_001, "x"), headers: [text("a", "b")] }), 0, "none");
    const slot = log.slot(seq);
    assert.equal(log.size(slot), 1_000_001);
    assert.equal(log.body(slot).length, 1_000_000);
    assert.deepEqual(log.envelope(slot).headers, [text("a", "b")]);
  });

  it("keeps messages whose names never repeat", () => {
    const log = new MessageLog({ messages: 50_000 });
    for (let index = 0; index < 30_000; index++)
      log.add(delivery({ headers: [text(`name-${index}`, `value-${index}`)], key: `k${index}` }), 0, "none");
    for (const seq of [1, 19_990, 25_000, 30_000]) {
      const { headers, key } = log.envelope(log.slot(seq));
      assert.deepEqual(headers, [text(`name-${seq - 1}`, `value-${seq - 1}`)]);
      assert.equal(key, `k${seq - 1}`);
    }
  });

  it("forgets on clear all but what may still be settled, and goes on", () => {
    const log = new MessageLog({ messages: 10 });
    const kept = log.add(delivery({ key: "a" }), 0, "pending");
    log.add(delivery({ key: "b" }), 0, "none");
    log.addMarker("Nothing was seen.", 5);
    log.clear();
    assert.deepEqual(keys(log), ["a"]);
    const next = log.add(delivery({ key: "c" }), 0, "none");
    assert.ok(next > kept);
    assert.deepEqual(keys(log), ["a", "c"]);
    assert.equal(log.evicted, 0);
    log.setState(log.slot(kept), "acked");
    log.clear();
    assert.equal(log.count, 0);
    assert.equal(log.bytes, 0);
  });

  it("gives back texts of every length", () => {
    const log = new MessageLog();
    for (const length of [0, 1, 23, 24, 42, 43, 79, 80, 127, 128, 129, 5461, 5462, 16_383, 16_384, 70_000]) {
      for (const letter of ["x", "ü", "語", "😀"]) {
        const value = letter.repeat(length);
        const headers = [text("long", value), text("after", "is whole")];
        const slot = log.slot(log.add(delivery({ key: value, headers, body: Buffer.from("body") }), 0, "none"));
        assert.ok(log.envelope(slot).key === value, `${length} × ${letter}`);
        assert.deepEqual(log.envelope(slot).headers, headers);
        assert.equal(log.body(slot).toString(), "body");
      }
    }
  });

  it("keeps what has names or origins longer than it remembers", () => {
    const log = new MessageLog();
    const name = "n".repeat(300);
    const long = delivery({ origin: "o".repeat(300), properties: { [name]: "v" }, headers: [text(name, "v")] });
    const slot = log.slot(log.add(long, 0, "none"));
    assert.equal(log.envelope(slot).origin, long.origin);
    assert.deepEqual(log.envelope(slot).properties, long.properties);
    assert.deepEqual(log.envelope(slot).headers, long.headers);
  });

  it("keeps the newest, each whole, however often it goes round", () => {
    const messages = 20_000;
    const log = new MessageLog({ messages });
    const count = 7 * messages + 123;
    for (let index = 1; index <= count; index++)
      log.add(delivery({ tag: index, key: `k${index}`, body: Buffer.from(`body ${index}`) }), index, "none");
    assert.equal(log.count, messages);
    assert.equal(log.evicted, count - messages);
    for (let position = 0; position < messages; position += 37) {
      const seq = count - messages + 1 + position;
      const slot = log.slotAt(position);
      assert.equal(log.seq(slot), seq);
      assert.equal(log.position(seq), position);
      assert.equal(log.tag(slot), seq);
      assert.equal(log.time(slot), seq);
      assert.equal(log.envelope(slot).key, `k${seq}`);
      assert.equal(log.body(slot).toString(), `body ${seq}`);
    }
  });

  it("keeps very many pending ones whole while newer ones come and go, and when it is cleared", () => {
    const log = new MessageLog({ messages: 3000, bytes: 64 * 1024 * 1024 });
    const large = Buffer.alloc(400_000, "l");
    const held = Array.from({ length: 2000 }, (_, index) =>
      log.add(delivery({ key: `held-${index}`, body: index === 7 ? large : Buffer.from(`b${index}`) }), 0, "pending"),
    );
    const goOn = (count: number): void => {
      for (let index = 0; index < count; index++) log.add(delivery({ body: Buffer.alloc(20_000) }), 0, "none");
    };
    const check = (): void => {
      for (const [index, seq] of held.entries()) {
        const slot = log.slot(seq);
        assert.equal(log.envelope(slot).key, `held-${index}`);
        assert.ok(log.body(slot).equals(index === 7 ? large : Buffer.from(`b${index}`)));
      }
      assert.deepEqual(
        log.heldSlots().map((slot) => log.seq(slot)),
        held,
      );
    };
    goOn(4000);
    check();
    assert.ok(log.isPinned(log.slot(held[0] ?? 0)));
    goOn(4000);
    check();
    const others = Array.from({ length: 900 }, () => log.add(delivery({ body: large.subarray(0, 10) }), 0, "pending"));
    log.clear();
    held.push(...others.splice(0));
    assert.equal(log.count, 2900);
    for (const seq of held.splice(2000)) log.setState(log.slot(seq), "acked");
    goOn(4000);
    check();
    assert.equal(log.count, 3000);
    for (const seq of held) log.setState(log.slot(seq), "acked");
    goOn(1);
    assert.equal(log.pending, 0);
    assert.equal(log.position(held[0] ?? 0), -1, "the oldest that is settled goes first");
    goOn(4000);
    assert.equal(log.count, 3000);
    assert.equal(log.bytes, 3000 * 20_000);
  });

  it("agrees with a simple model through a long random life", () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    console.log(`      seed ${seed}`);
    const random = seededRandom(seed);
    const limits = { messages: 200, bytes: 3_000_000, body: 600_000 };
    const log = new MessageLog(limits);
    const record = newRecordBytes();
    let model: { seq: number; body: Buffer; key: string; held: boolean; bytes: number }[] = [];
    const sum = (): number => model.reduce((bytes, each) => bytes + each.bytes, 0);
    for (let step = 0; step < 20_000; step++) {
      const dice = random();
      if (dice < 0.75) {
        const size = random() < 0.01 ? Math.floor(random() * 500_000) : Math.floor(random() * 3000);
        const body = Buffer.alloc(size, step % 256);
        const key = `key-${step}`;
        const held = random() < 0.3;
        const before = log.bytes + 0;
        const seq = log.add(delivery({ key, body }), step, held ? "pending" : "none");
        if (seq < 0) {
          assert.ok(model.length >= limits.messages || before + size + 100 > limits.bytes);
          // A refusal may have made room in vain: what is gone was settled.
          model = model.filter((each) => each.held || log.position(each.seq) >= 0);
          continue;
        }
        log.locate(log.slot(seq), record);
        const bytes = record.end - record.start;
        while (model.length >= limits.messages || sum() + bytes > limits.bytes) {
          const oldest = model.findIndex((each) => !each.held);
          assert.ok(oldest >= 0);
          model.splice(oldest, 1);
        }
        model.push({ seq, body, key, held, bytes });
      } else if (dice < 0.999) {
        const each = model[Math.floor(random() * model.length)];
        if (!each?.held) continue;
        each.held = false;
        log.setState(log.slot(each.seq), "acked");
      } else {
        log.clear();
        model = model.filter(({ held }) => held);
      }
      if (step % 50 === 0) {
        assert.equal(log.count, model.length);
        assert.equal(log.pending, model.filter(({ held }) => held).length);
        assert.equal(log.bytes, sum());
        model.forEach(({ seq, body, key }, position) => {
          const slot = log.slotAt(position);
          assert.equal(log.seq(slot), seq);
          assert.equal(log.position(seq), position);
          assert.ok(log.body(slot).equals(body));
          assert.equal(log.envelope(slot).key, key);
        });
      }
    }
  });
});

function keys(log: MessageLog): string[] {
  return Array.from({ length: log.count }, (_, position) => log.envelope(log.slotAt(position)).key ?? "");
}
