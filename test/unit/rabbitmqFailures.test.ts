import assert from "node:assert/strict";
import { translateConnect } from "../../src/drivers/rabbitmq/failures.ts";

describe("a virtual host that the broker does not open", () => {
  const place = { address: "h:5672", user: "ann", byCertificate: false, vhost: "shop", secure: false, timeout: 1000 };
  const refused = (text: string) =>
    translateConnect(new Error("Expected ConnectionOpenOk"), place, { code: 541, text });

  it("is tried again when it is down", () => {
    const error = refused("INTERNAL_ERROR - access to vhost 'shop' refused for user 'ann': vhost 'shop' is down");
    assert.equal(error.kind, "unreachable");
    assert.match(error.message, /“shop” at h:5672 is down/);
  });

  it("is not tried again without permission", () => {
    assert.equal(refused("NOT_ALLOWED - access to vhost 'shop' refused for user 'ann'").kind, "refused");
  });
});
