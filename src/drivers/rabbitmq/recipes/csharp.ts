import type { Recipe } from "../../../broker/contract.ts";
import { comments, indented, type Notation, quoted, writeHeaders } from "./literals.ts";
import { passwordVariable, payloadOf, placeOf, propertiesOf } from "./sending.ts";

export const csharpRecipe: Recipe = {
  id: "csharp",
  kind: "code",
  label: "C# (RabbitMQ.Client)",
  needs: "dotnet add package RabbitMQ.Client --version 7.*",
  write: (what) => {
    const { secure, host, port, user, vhost, exchange, key } = placeOf(what);
    const { entries, notes } = writeHeaders(what.draft.headers, notation);
    const payload = payloadOf(what);
    const properties = [
      `Persistent = ${String(what.draft.persistent)}`,
      ...propertiesOf(what).map(({ name, value, isNumber }) => {
        const field = name.charAt(0).toUpperCase() + name.slice(1);
        if (!isNumber) return `${field} = ${quoted(value)}`;
        return name === "timestamp" ? `${field} = new AmqpTimestamp(${value})` : `${field} = ${value}`;
      }),
      ...(entries.length === 0 ? [] : [`Headers = ${notation.table(entries)}`]),
    ];
    const body =
      "text" in payload
        ? `Encoding.UTF8.GetBytes(${quoted(payload.text)})`
        : `Convert.FromBase64String(${quoted(payload.base64)})`;
    return `// dotnet add package RabbitMQ.Client --version 7.*
${comments("//", notes)}using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;

var factory = new ConnectionFactory
{
    HostName = ${quoted(host)},
    Port = ${String(port)},
    UserName = ${quoted(user)},
    Password = Environment.GetEnvironmentVariable("${passwordVariable}") ?? "",
    VirtualHost = ${quoted(vhost)},${secure ? `\n    Ssl = new SslOption { Enabled = true, ServerName = ${quoted(host)} },` : ""}
};
await using var connection = await factory.CreateConnectionAsync();
// With this and mandatory, publishing throws when the broker refuses the message, or nobody gets it.
await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(
    publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
var properties = new BasicProperties
{
    ${indented(properties.join(",\n"), 4)},
};
var body = ${body};
await channel.BasicPublishAsync(
    exchange: ${quoted(exchange)}, routingKey: ${quoted(key)}, mandatory: true, basicProperties: properties, body: body);
`;
  },
};

const types: Readonly<Record<string, string>> = {
  int8: "sbyte",
  uint8: "byte",
  int16: "short",
  uint16: "ushort",
  int32: "int",
  uint32: "uint",
  int64: "long",
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
        return `new BinaryTableValue(Convert.FromBase64String(${quoted(text)}))`;
      case "float":
        return `float.Parse(${quoted(text)}, CultureInfo.InvariantCulture)`;
      case "double":
        return `double.Parse(${quoted(text)}, CultureInfo.InvariantCulture)`;
      case "decimal":
        return `decimal.Parse(${quoted(text)}, CultureInfo.InvariantCulture)`;
      case "timestamp":
        return BigInt(text) < 2n ** 63n ? `new AmqpTimestamp(${String(BigInt(text))})` : undefined;
      case "uint64":
        return undefined;
      default:
        return `(${types[type] ?? "long"})(${String(BigInt(text))})`;
    }
  },
  instead: (_, text) => ({ type: "string", text }),
  array: (items) => `new List<object?> { ${items.join(", ")} }`,
  table: (entries) =>
    `new Dictionary<string, object?>\n{${entries.map(([name, literal]) => `\n    [${quoted(name)}] = ${indented(literal, 4)},`).join("")}\n}`,
};
