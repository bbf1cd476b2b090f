import assert from "node:assert/strict";
import type { Draft, Node, Recipe, Sending } from "../../src/broker/contract.ts";
import { BrokerError } from "../../src/broker/errors.ts";
import type { Header } from "../../src/broker/values.ts";
import { originOf } from "../../src/drivers/rabbitmq/origin.ts";
import { recipes } from "../../src/drivers/rabbitmq/recipes/index.ts";

const seenIn: Node = { id: "q:a%2Fb:orders", kind: "queue", name: "orders", verbs: ["publish"], expandable: true };

function sending(draft: Partial<Draft>, more: Partial<Sending> = {}): Sending {
  return {
    uri: "amqps://ann@rabbit.example.com/other",
    admin: "https://rabbit.example.com:15671/api-path/",
    seenIn,
    draft: { body: Buffer.from("x"), key: "orders", persistent: true, headers: [], properties: {}, ...draft },
    ...more,
  };
}

function written(id: string, what: Sending): string {
  const recipe = recipes.find((each) => each.id === id);
  assert.ok(recipe, id);
  return recipe.write(what);
}

const code = recipes.filter(({ kind }) => kind === "code");

describe("recipes of RabbitMQ", () => {
  it("offer the broker's tools and five languages", () => {
    const ids = (kind: Recipe["kind"]) => recipes.filter((each) => each.kind === kind).map(({ id }) => id);
    assert.deepEqual(ids("command"), ["rabbitmqadmin", "curl"]);
    assert.deepEqual(ids("code"), ["amqplib", "pika", "java", "go", "csharp"]);
  });

  it("name the server, the user and the vhost that the message was seen in, and take the password from outside", () => {
    for (const { id } of recipes) {
      const text = written(id, sending({}));
      for (const part of ["rabbit.example.com", "ann", id === "curl" ? "a%2Fb" : "a/b"])
        assert.ok(text.includes(part), `${id}: ${part}`);
      assert.ok(id === "curl" || text.includes("RABBITMQ_PASSWORD"), id);
    }
    assert.match(written("curl", sending({})), /-u 'ann' /);
  });

  it("know TLS, a path of the management API, and the default exchange", () => {
    assert.match(
      written("rabbitmqadmin", sending({})),
      /--port=15671 \\\n {2}--ssl \\\n {2}--path-prefix='\/api-path' /,
    );
    assert.match(
      written("curl", sending({})),
      /'https:\/\/rabbit\.example\.com:15671\/api-path\/api\/exchanges\/a%2Fb\/amq\.default\/publish'/,
    );
    assert.match(written("curl", sending({}, { origin: "shop/1" })), /exchanges\/a%2Fb\/shop%2F1\/publish/);
    assert.match(written("amqplib", sending({})), /protocol: "amqps"/);
    assert.match(written("pika", sending({})), /SSLOptions/);
    assert.match(written("java", sending({})), /enableHostnameVerification/);
    assert.match(written("go", sending({})), /"amqps:\/\/rabbit\.example\.com:5671"/);
    assert.match(written("csharp", sending({})), /SslOption/);
  });

  it("let nothing of a message end a literal, a comment or a line", () => {
    const evil = `"); evil(); // '; evil; ' \n\u2028*/ \\u0022 \\u000a \u202e EOF\nMESSAGE\n`;
    const headers: Header[] = [{ name: evil, value: { type: "uint64", value: "18446744073709551615" } }];
    const what = sending(
      { body: Buffer.from(evil), key: evil, headers, properties: { appId: evil } },
      { origin: evil },
    );
    for (const { id } of code) {
      const text = written(id, what);
      assert.doesNotMatch(text, /[\u2028\u202e]/, id);
      // Every line that holds some of it begins as the program does, and what is evil stays inside of quotes.
      for (const line of text.split("\n")) {
        const outside = line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
        assert.doesNotMatch(outside.replace(/(\/\/|#).*$/, ""), /evil|MESSAGE/, `${id}: ${line}`);
      }
    }
    const curl = written("curl", what);
    assert.equal(curl.split("\n").filter((line) => line === "MESSAGE").length, 1);
  });

  it("say which types they cannot send", () => {
    const headers: Header[] = [{ name: "at", value: { type: "timestamp", value: "1700000000" } }];
    assert.match(
      written("curl", sending({ headers })),
      /^# The header "at" is of the type timestamp, which cannot be sent from here: it goes as int64\.\n/,
    );
    assert.doesNotMatch(written("java", sending({ headers })), /cannot be sent/);
  });

  it("refuse what is too large for a program or a command line, and a command without a management API", () => {
    const large = sending({ body: Buffer.alloc(1024 * 1024 + 1, 65) });
    for (const { id } of recipes) assert.throws(() => written(id, large), BrokerError, id);
    assert.throws(
      () => written("rabbitmqadmin", sending({ body: Buffer.alloc(200_000, 65) })),
      /Copy it as a curl command/,
    );
    assert.throws(() => written("curl", sending({}, { admin: "" })), /no management URL/);
    assert.match(written("java", sending({ body: Buffer.alloc(40_000, 65) })), /String\.join\(""/);
  });

  it("find the exchange of a message by its origin", () => {
    assert.deepEqual(originOf(seenIn, "shop"), {
      id: "e:a%2Fb:shop",
      kind: "exchange",
      name: "shop",
      verbs: ["publish"],
      expandable: false,
    });
    assert.equal(originOf(seenIn, undefined)?.id, "e:a%2Fb:");
  });
});
