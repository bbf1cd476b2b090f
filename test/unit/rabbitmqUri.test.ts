import assert from "node:assert/strict";
import { BrokerError } from "../../src/broker/errors.ts";
import type { Values } from "../../src/broker/form.ts";
import { formatNodeId, parseNodeId, type NodeRef } from "../../src/drivers/rabbitmq/nodeId.ts";
import { composeUri, decomposeUri, parseUri, toAddress } from "../../src/drivers/rabbitmq/uri.ts";

describe("AMQP URIs", () => {
  const cases: readonly (readonly [uri: string, normal: string, name: string, admin: string])[] = [
    ["amqp://localhost", "amqp://localhost", "localhost", "http://localhost:15672"],
    ["  AMQP://guest:guest@localhost:5672/ ", "amqp://guest@localhost", "localhost", "http://localhost:15672"],
    ["amqp://h/%2F", "amqp://h", "h", "http://h:15672"],
    ["amqp://h/%2f", "amqp://h", "h", "http://h:15672"],
    ["amqp://h/shop%2Feu", "amqp://h/shop%2Feu", "shop/eu@h", "http://h:15672"],
    ["amqp://u%40corp:p%3A%2F%40@h:5673/v", "amqp://u%40corp@h:5673/v", "v@h", "http://h:15672"],
    ["amqp://u:p@ss@h", "amqp://u@h", "h", "http://h:15672"],
    ["amqps://h", "amqps://h", "h", "https://h:15671"],
    ["amqps://h:5671/", "amqps://h", "h", "https://h:15671"],
    ["amqps://h:443", "amqps://h:443", "h", "http://h:15672"],
    ["amqp://[::1]:5673/v", "amqp://[::1]:5673/v", "v@::1", "http://[::1]:15672"],
    [
      "amqp://u:p@one,two:5673/v?heartbeat=5&x=y",
      "amqp://u@one,two:5673/v?heartbeat=5&x=y",
      "v@one",
      "http://one:15672",
    ],
  ];
  for (const [uri, normal, name, admin] of cases) {
    it(`reads ${uri.trim()}`, () => {
      const address = toAddress(uri);
      assert.deepEqual([address.uri, address.name, address.admin], [normal, name, admin]);
      assert.equal(toAddress(normal).uri, normal, "the normal form is stable");
      assert.equal(composeUri(decomposeUri(normal)), normal);
    });
  }

  it("takes the password out, with its escapes undone", () => {
    assert.equal(toAddress("amqp://u:p%3A%2F%40%25@h").password, "p:/@%");
    assert.equal(toAddress("amqp://u:@h").password, "");
    assert.equal(toAddress("amqp://u@h").password, undefined);
    assert.ok(!toAddress("amqp://u:s3cret@h/v?heartbeat=1").uri.includes("s3cret"));
  });

  it("knows what stays on this machine", () => {
    for (const uri of ["amqp://localhost", "amqp://127.0.0.1", "amqp://[::1]", "amqp://localhost,127.1.2.3"]) {
      assert.ok(toAddress(uri).loopback, uri);
    }
    for (const uri of ["amqp://h", "amqp://localhost,h", "amqp://128.0.0.1", "amqp://localhost.evil.com"]) {
      assert.ok(!toAddress(uri).loopback, uri);
    }
    assert.ok(toAddress("amqps://h").secure && !toAddress("amqp://h").secure);
  });

  it("keeps hosts in order, each with its port", () => {
    assert.deepEqual(parseUri("amqps://a, b:1 ,[::2]:3").hosts, [
      { name: "a", port: 5671 },
      { name: "b", port: 1 },
      { name: "::2", port: 3 },
    ]);
  });

  const wrong: readonly (readonly [uri: string, says: RegExp])[] = [
    ["", /not an AMQP URI/],
    ["localhost:5672", /not an AMQP URI/],
    ["http://localhost", /not an AMQP URI/],
    ["amqp://", /names no host/],
    ["amqp://u:p@", /names no host/],
    ["amqp://h:0", /port/],
    ["amqp://h:65536", /port/],
    ["amqp://h:s3cret", /port/],
    ["amqp://u:s3/cret@h", /%2F/],
    ["amqp://u:s3?cret@h", /%3F/],
    ["amqp://u:s3#cret@h", /%23/],
    ["amqp://u:s3%cret@h", /%25/],
    ["amqp://h/a/b", /%2F/],
    ["amqp://h/%zz", /%25/],
    ["amqp://[nonsense]:5672", /IPv6/],
    ["amqp://h h", /host is not valid/],
    ["amqp://h?heartbeat=soon", /heartbeat/],
    ["amqps://h?password=s3cret", /secret/],
  ];
  for (const [uri, says] of wrong) {
    it(`refuses ${uri === "" ? "nothing" : uri}`, () => {
      assert.throws(
        () => toAddress(uri),
        (error: unknown) => {
          assert.ok(error instanceof BrokerError);
          assert.equal(error.kind, "invalid");
          assert.match(error.message, says);
          assert.ok(!/s3|cret/.test(error.message.replace("holds a secret", "")), "no part of a password");
          return true;
        },
      );
    });
  }

  it("is put together from its parts", () => {
    const values: Values = { host: "h", port: "", secure: true, user: "ü@x", vhost: "a b/c", options: "" };
    assert.equal(composeUri(values), "amqps://%C3%BC%40x@h/a%20b%2Fc");
    assert.deepEqual(decomposeUri(composeUri(values)), values);
    assert.throws(() => composeUri({ host: "h", port: "x" }), { field: "port" });
    assert.throws(() => composeUri({ host: "" }), { field: "host" });
    assert.equal(composeUri({ host: "::1", port: "5673" }), "amqp://[::1]:5673");
    assert.equal(composeUri({ host: "a:1,b", user: "u", port: "2" }), "amqp://u@a:1,b:2");
  });
});

describe("node ids", () => {
  const names = ["", "/", "a:b", "ä%2F", "…", "x y", "%"];
  it("come back as they were, with any name", () => {
    const refs: NodeRef[] = names.flatMap((name): NodeRef[] => [
      { kind: "vhost", vhost: name },
      { kind: "queues", vhost: name },
      { kind: "exchanges", vhost: name },
      { kind: "queue", vhost: "/", name },
      { kind: "exchange", vhost: name, name },
      { kind: "consumer", vhost: name, queue: name, tag: name },
      { kind: "binding", vhost: name, source: name, destinationType: "queue", destination: name, propertiesKey: name },
    ]);
    for (const ref of refs) assert.deepEqual(parseNodeId(formatNodeId(ref)), ref);
    assert.equal(new Set(refs.map(formatNodeId)).size, refs.length);
  });

  it("are nothing when another hand wrote them", () => {
    for (const id of ["", "x", "q", "q:a", "z:a:b", "q:%zz:a", "f:a:b", "b:a:b", "c:a"])
      assert.equal(parseNodeId(id), undefined, id);
  });
});
