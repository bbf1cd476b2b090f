import assert from "node:assert/strict";
import fc from "fast-check";
import { fieldsOf, messageOf } from "../../src/drivers/redis/entry.ts";

const bytes = (texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text));

describe("entries of a stream as messages", () => {
  it("takes the likeliest field for the body", () => {
    const of = (...texts: string[]): string => Buffer.from(messageOf(bytes(texts)).body).toString();
    assert.equal(of("only", "x"), "x");
    assert.equal(of("type", "t", "payload", "x", "data", "y"), "x");
    assert.equal(of("a", "1", "b", "2"), '{"a":"1","b":"2"}');
    assert.equal(of("9", "1", "1", "2"), '{"9":"1","1":"2"}', "in their order");
  });

  it("reads a content type only where it writes one", () => {
    assert.equal(messageOf(bytes(["content-type", "text/plain", "body", "x"])).contentType, "text/plain");
    assert.equal(messageOf(bytes(["a", "b", "content-type", "text/plain", "body", "x"])).contentType, undefined);
  });

  it("writes every entry as it was read", () => {
    const name = fc.oneof(
      fc.constantFrom("body", "payload", "data", "content-type", "content-encoding", "a", "b", "", "__proto__", "1"),
      fc.string(),
    );
    const value = fc.oneof(
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 12 }).map((all) => Buffer.from(all)),
    );
    const entry = fc.array(
      fc.tuple(
        name.map((text) => Buffer.from(text)),
        value,
      ),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(entry, (pairs) => {
        const fields = pairs.flat();
        const again = fieldsOf({ persistent: true, ...messageOf(fields) });
        assert.deepEqual(
          again.map((arg) => Buffer.from(arg)),
          fields,
        );
      }),
      { numRuns: 2000 },
    );
  });
});
