import type { Recipe } from "../../../broker/contract.ts";
import { comments, decimalParts, indented, type Notation, quoted, writeHeaders } from "./literals.ts";
import { passwordVariable, payloadOf, placeOf, propertiesOf } from "./sending.ts";

export const amqplibRecipe: Recipe = {
  id: "amqplib",
  kind: "code",
  label: "JavaScript (amqplib)",
  needs: "npm install amqplib@2",
  write: (what) => {
    const { secure, host, port, user, vhost, exchange, key } = placeOf(what);
    const { entries, notes } = writeHeaders(what.draft.headers, notation);
    const payload = payloadOf(what);
    const options = [
      "mandatory: true",
      `persistent: ${String(what.draft.persistent)}`,
      ...propertiesOf(what).map(({ name, value, isNumber }) => `${name}: ${isNumber ? value : quoted(value)}`),
      ...(entries.length === 0 ? [] : [`headers: ${object(entries)}`]),
    ];
    return `// npm install amqplib@2; node publish.mjs
${comments("//", notes)}import amqp from "amqplib";

const connection = await amqp.connect({
  protocol: "${secure ? "amqps" : "amqp"}",
  hostname: ${quoted(host)},
  port: ${String(port)},
  username: ${quoted(user)},
  password: process.env.${passwordVariable},
  vhost: ${quoted(vhost)},
});
const channel = await connection.createConfirmChannel();
channel.on("return", ({ fields }) => {
  console.error(\`Returned, nobody gets it: \${fields.replyText}\`);
  process.exitCode = 1;
});

const body = Buffer.from(${"text" in payload ? quoted(payload.text) : `${quoted(payload.base64)}, "base64"`});
channel.publish(${quoted(exchange)}, ${quoted(key)}, body, {
  ${indented(options.join(",\n"), 2)},
});
await channel.waitForConfirms();
await connection.close();
`;
  },
};

const notation: Notation = {
  scalar(type, text) {
    switch (type) {
      case "string":
        return quoted(text);
      case "boolean":
        return text;
      case "null":
        return "null";
      case "bytes":
        return `Buffer.from(${quoted(text)}, "base64")`;
      case "int64":
      case "timestamp":
        return `{ "!": "${type}", value: ${String(BigInt(text))}n }`;
      case "decimal": {
        const { places, digits } = decimalParts(text);
        // The four bytes are written unsigned.
        return `{ "!": "decimal", value: { places: ${String(places)}, digits: ${String(BigInt.asUintN(32, BigInt(digits)))} } }`;
      }
      case "uint64":
        return undefined;
      default:
        return `{ "!": "${type}", value: ${Object.is(Number(text), -0) ? "-0" : String(Number(text))} }`;
    }
  },
  instead: (_, text) => ({ type: "string", text }),
  array: (items) => `[${items.join(", ")}]`,
  // A bare object with an entry called "!" would be taken for a typed value.
  table: (entries) => `{ "!": "object", value: ${object(entries)} }`,
};

function object(entries: readonly (readonly [name: string, literal: string])[]): string {
  // In brackets, a name like "__proto__" is a name like any other.
  return `{${entries.map(([name, literal]) => `\n  [${quoted(name)}]: ${indented(literal, 2)},`).join("")}\n}`;
}
