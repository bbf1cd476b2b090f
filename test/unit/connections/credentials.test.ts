import assert from "node:assert/strict";
import { originOf, userOf, withoutPassword } from "../../../src/connections/credentials.ts";

describe("withoutPassword", () => {
  const cases: readonly [string, string, string | undefined][] = [
    ["amqp://localhost", "amqp://localhost", undefined],
    ["amqp://bob@h:5672/v", "amqp://bob@h:5672/v", undefined],
    ["amqp://bob:s3cret@h:5672/v?heartbeat=5", "amqp://bob@h:5672/v?heartbeat=5", "s3cret"],
    ["amqp://bob:s3cret@h1:5672,h2:5673/v", "amqp://bob@h1:5672,h2:5673/v", "s3cret"],
    ["amqp://bob:s3cret@h1:5672,bob:s3cret@h2/v", "amqp://bob@h1:5672,bob@h2/v", "s3cret"],
    ["amqp://bob:s3@cret@h/v", "amqp://bob@h/v", "s3"],
    ["amqp://bob:s3,c@r,et@h/v", "amqp://bob@h/v", "s3,c"],
    ["amqp://bob:s3/cret@h/v", "amqp://bob@h/v", "s3/cret"],
    ["amqp://bob:@h/v", "amqp://bob@h/v", ""],
    ["amqps://h/v?password=s3cret&certfile=a.pem", "amqps://h/v?certfile=a.pem", "s3cret"],
    ["amqp://[::1]:5672/a@b", "amqp://[::1]:5672/a@b", undefined],
    ["nonsense", "nonsense", undefined],
    ["//bob:s3cret@h", "//bob@h", "s3cret"],
    ["amqp:/bob:s3cret@h/v", "amqp:/bob@h/v", "s3cret"],
    ["bob:s3cret@h", "bob@h", "s3cret"],
    ["somebody@h", "somebody@h", undefined],
  ];
  for (const [given, uri, password] of cases) {
    it(`leaves no password in ${given}`, () => {
      const found = withoutPassword(given);
      assert.equal(found.uri, uri);
      assert.equal(found.password, password);
    });
  }
});

describe("userOf and originOf", () => {
  it("names the user, decoded", () => {
    assert.equal(userOf("amqp://a%40b:x@h"), "a@b");
    assert.equal(userOf("amqp://h"), undefined);
    assert.equal(userOf("amqp://@h"), undefined);
  });

  it("is the same for another path and never holds the password", () => {
    assert.equal(originOf("amqp://bob:x@H:1/a"), originOf("amqp://bob@h:1/b?c"));
    assert.notEqual(originOf("amqp://bob@h"), originOf("amqp://bob@evil"));
  });
});
