import assert from "node:assert/strict";
import { Inbox } from "../../src/broker/inbox.ts";

describe("the inbox", () => {
  it("hands out in batches what was pushed, and waits for more", async () => {
    const inbox = new Inbox<number>();
    const batches = inbox[Symbol.asyncIterator]();
    inbox.push(1);
    inbox.push(2);
    assert.equal(inbox.size, 2);
    assert.deepEqual(await batches.next(), { done: false, value: [1, 2] });
    assert.equal(inbox.size, 0);
    const waiting = batches.next();
    inbox.push(3);
    assert.deepEqual(await waiting, { done: false, value: [3] });
  });

  it("hands out what is left before it ends, and takes nothing after", async () => {
    const inbox = new Inbox<number>();
    inbox.push(1);
    inbox.end();
    inbox.push(2);
    const got: number[] = [];
    for await (const batch of inbox) got.push(...batch);
    assert.deepEqual(got, [1]);
  });

  it("hands out what is left before it throws", async () => {
    const inbox = new Inbox<number>();
    inbox.push(1);
    inbox.fail(new Error("gone"));
    inbox.end();
    const batches = inbox[Symbol.asyncIterator]();
    assert.deepEqual(await batches.next(), { done: false, value: [1] });
    await assert.rejects(batches.next(), { message: "gone" });
  });

  it("wakes a reader that waits when it ends or fails", async () => {
    const ending = new Inbox<number>();
    const waiting = ending[Symbol.asyncIterator]().next();
    ending.end();
    assert.equal((await waiting).done, true);
    const failing = new Inbox<number>();
    const rejected = assert.rejects(failing[Symbol.asyncIterator]().next(), { message: "gone" });
    failing.fail(new Error("gone"));
    await rejected;
  });

  it("forgets on drop what nobody pulled", async () => {
    const inbox = new Inbox<number>();
    inbox.push(1);
    inbox.push(2);
    assert.equal(inbox.drop(), 2);
    inbox.push(3);
    assert.deepEqual((await inbox[Symbol.asyncIterator]().next()).value, [3]);
  });
});
