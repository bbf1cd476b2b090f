import assert from "node:assert/strict";
import type { BrokerError } from "../../src/broker/errors.ts";
import { jolokiaAt } from "../../src/drivers/activemq/jolokia.ts";
import { composeUri, decomposeUri, parseUri, toAddress } from "../../src/drivers/activemq/uri.ts";

describe("ActiveMQ URIs", () => {
  it("tells the broker, TLS, hosts and options", () => {
    const uri = parseUri("ARTEMIS+SSL://us%40er:p%3Aw@one,[::1]:99,two:5673/?idle_timeout=5");
    assert.deepEqual(
      { ...uri, options: [...uri.options] },
      {
        dialect: "artemis",
        secure: true,
        user: "us@er",
        password: "p:w",
        hosts: [
          { name: "one", port: 5671 },
          { name: "::1", port: 99 },
          { name: "two", port: 5673 },
        ],
        options: [["idle_timeout", "5"]],
      },
    );
  });

  it("keeps the password apart, and derives where the web console is", () => {
    assert.deepEqual(toAddress("activemq://admin:secret@mq.example.com"), {
      uri: "activemq://admin@mq.example.com",
      password: "secret",
      name: "mq.example.com",
      admin: "http://mq.example.com:8161",
      secure: false,
      loopback: false,
    });
    assert.ok(toAddress("artemis+ssl://127.0.0.1").loopback);
  });

  for (const uri of [
    "activemq://localhost",
    "artemis+ssl://a@one:1,two",
    "activemq+ssl://x%2Fy@h:5672?auth_mechanism=external",
  ]) {
    it(`is the same after it was asked for in a form: ${uri}`, () => {
      assert.equal(composeUri(decomposeUri(uri)), uri);
    });
  }

  it("says what is wrong, without repeating what may be a password", () => {
    for (const [uri, part] of [
      ["amqp://localhost", /activemq:/],
      ["activemq://u:pa/ss@host", /%2F/],
      ["activemq://host/queue", /follow/],
      ["activemq://", /names no host/],
      ["activemq://host:99999", /65535/],
      ["activemq://host?idle_timeout=soon", /whole number/],
      ["activemq://host?keyStorePassword=x", /secret/],
    ] as const) {
      assert.throws(
        () => parseUri(uri),
        (error: BrokerError) => error.kind === "invalid" && part.test(error.message) && !error.message.includes("ss@"),
        uri,
      );
    }
  });

  it("finds Jolokia from what people copy", () => {
    const classic = "http://h:8161/api/jolokia/";
    for (const url of [
      "http://h:8161",
      "http://h:8161/admin",
      "http://h:8161/admin/queues.jsp",
      classic,
      "http://u:p@h:8161/?x",
    ]) {
      assert.equal(jolokiaAt(url, "api/jolokia"), classic, url);
    }
    assert.equal(jolokiaAt("https://h/console/artemis", "console/jolokia"), "https://h/console/jolokia/");
    assert.equal(jolokiaAt("https://proxy/mq/console/jolokia", "console/jolokia"), "https://proxy/mq/console/jolokia/");
    assert.throws(
      () => jolokiaAt("localhost:8161", "x"),
      (error: BrokerError) => error.field === "admin",
    );
  });
});
