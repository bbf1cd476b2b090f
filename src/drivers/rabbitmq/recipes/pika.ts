import type { Recipe } from "../../../broker/contract.ts";
import { comments, indented, type Notation, quoted, widened, writeHeaders } from "./literals.ts";
import { passwordVariable, payloadOf, placeOf, propertiesOf } from "./sending.ts";

export const pikaRecipe: Recipe = {
  id: "pika",
  kind: "code",
  label: "Python (pika)",
  needs: "pip install pika",
  write: (what) => {
    const { secure, host, port, user, vhost, exchange, key } = placeOf(what);
    const { entries, notes } = writeHeaders(what.draft.headers, notation);
    const payload = payloadOf(what);
    const properties = [
      `delivery_mode=${what.draft.persistent ? "2" : "1"}`,
      ...propertiesOf(what).map(({ name, value, isNumber }) => `${snake(name)}=${isNumber ? value : quoted(value)}`),
      ...(entries.length === 0 ? [] : [`headers=${notation.table(entries)}`]),
    ];
    const tls = secure ? `\n    ssl_options=pika.SSLOptions(ssl.create_default_context(), ${quoted(host)}),` : "";
    const body = "text" in payload ? `${quoted(payload.text)}.encode()` : `base64.b64decode(${quoted(payload.base64)})`;
    return `# pip install pika
${comments("#", notes)}import base64
import datetime
import decimal
import os
import ssl

import pika

connection = pika.BlockingConnection(pika.ConnectionParameters(
    host=${quoted(host)},
    port=${String(port)},
    virtual_host=${quoted(vhost)},
    credentials=pika.PlainCredentials(${quoted(user)}, os.environ["${passwordVariable}"]),${tls}
))
channel = connection.channel()
# With this and mandatory, publishing raises when the broker refuses the message, or nobody gets it.
channel.confirm_delivery()
channel.basic_publish(
    exchange=${quoted(exchange)},
    routing_key=${quoted(key)},
    body=${body},
    properties=pika.BasicProperties(
        ${indented(properties.join(",\n"), 8)},
    ),
    mandatory=True,
)
connection.close()
`;
  },
};

/** The last second that a date of Python can be. */
const lastSecond = 253_402_300_799n;

const notation: Notation = {
  scalar(type, text) {
    switch (type) {
      case "string":
        return quoted(text);
      case "boolean":
        return text === "true" ? "True" : "False";
      case "null":
        return "None";
      case "bytes":
        return `base64.b64decode(${quoted(text)})`;
      case "int32":
        return String(BigInt(text));
      case "int64":
        return `pika.compat.long(${String(BigInt(text))})`;
      case "decimal":
        return `decimal.Decimal(${quoted(text)})`;
      case "timestamp":
        return BigInt(text) <= lastSecond
          ? `datetime.datetime.fromtimestamp(${String(BigInt(text))}, datetime.timezone.utc)`
          : undefined;
      default:
        return undefined;
    }
  },
  instead(type, text) {
    if (type === "float" || type === "double") return { type: "string", text };
    return ["int8", "uint8", "int16", "uint16"].includes(type) ? { type: "int32", text } : widened(type, text);
  },
  array: (items) => `[${items.join(", ")}]`,
  table: (entries) =>
    `{${entries.map(([name, literal]) => `\n    ${quoted(name)}: ${indented(literal, 4)},`).join("")}\n}`,
};

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
