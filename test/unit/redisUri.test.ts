import assert from "node:assert/strict";
import type { BrokerError } from "../../src/broker/errors.ts";
import { driver } from "../../src/drivers/redis/index.ts";
import { slotOf, globOf } from "../../src/drivers/redis/names.ts";
import { compareIds } from "../../src/drivers/redis/streamConsumer.ts";

describe("Redis URIs", () => {
  for (const [text, uri, name] of [
    ["redis://localhost", "redis://localhost", "localhost"],
    ["redis://:p%40ss@localhost:6379/0", "redis://localhost", "localhost"],
    ["rediss://eva:x@[::1]:7000/3", "rediss://eva@[::1]:7000/3", "::1/3"],
    ["redis+sentinel://a,b:26380/shop/2", "redis+sentinel://a,b:26380/shop/2", "shop@a/2"],
    ["rediss+cluster://u:p@a:7000,b:7001", "rediss+cluster://u@a:7000,b:7001", "a"],
    ["redis://h?connection_timeout=500", "redis://h?connection_timeout=500", "h"],
  ] as const)
    it(`takes ${text} apart`, () => {
      const address = driver.parse(text);
      assert.equal(address.uri, uri);
      assert.equal(address.name, name);
      assert.equal(driver.compose(driver.decompose(uri)), uri);
    });

  it("keeps the password apart, exactly", () => {
    assert.equal(driver.parse("redis://:p%40ss%3A%2F@h").password, "p@ss:/");
    assert.equal(driver.parse("redis://u@h").password, undefined);
  });

  for (const [text, field] of [
    ["http://h", "uri"],
    ["redis://", "uri"],
    ["redis://h/db", "uri"],
    ["redis://h:99999", "uri"],
    ["redis+sentinel://h", "uri"],
    ["redis+cluster://h/1", "uri"],
    ["redis://h?password=x", "uri"],
    ["redis://u:a/b@h", "uri"],
  ] as const)
    it(`refuses ${text}`, () => {
      assert.throws(
        () => driver.parse(text),
        (error: BrokerError) => error.kind === "invalid" && error.field === field && error.message.endsWith("."),
      );
    });
});

describe("Redis names", () => {
  it("knows the slots of the specification", () => {
    assert.equal(slotOf(Buffer.from("123456789")), 0x31c3 % 16_384);
    assert.equal(slotOf(Buffer.from("{user1000}.following")), slotOf(Buffer.from("user1000")));
    assert.equal(slotOf(Buffer.from("foo{}{bar}")), slotOf(Buffer.from("foo{}{bar}")));
    assert.notEqual(slotOf(Buffer.from("foo{}{bar}")), slotOf(Buffer.from("bar")));
  });

  it("searches without regard to case, and takes no letter for a pattern", () => {
    assert.equal(globOf("a*"), "*[aA]\\**");
    assert.equal(globOf("7["), "*7\\[*");
  });

  it("orders ids by time and sequence", () => {
    assert.ok(compareIds("9-1", "10-0") < 0);
    assert.ok(compareIds("10-10", "10-9") > 0);
    assert.equal(compareIds("1-1", "1-1"), 0);
  });
});
