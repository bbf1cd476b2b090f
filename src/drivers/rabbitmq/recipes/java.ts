import type { Recipe } from "../../../broker/contract.ts";
import { comments, indented, type Notation, quoted, widened, writeHeaders } from "./literals.ts";
import { passwordVariable, payloadOf, placeOf, propertiesOf } from "./sending.ts";

export const javaRecipe: Recipe = {
  id: "java",
  kind: "code",
  label: "Java (amqp-client)",
  needs: "com.rabbitmq:amqp-client:5",
  write: (what) => {
    const { secure, host, port, user, vhost, exchange, key } = placeOf(what);
    const { entries, notes } = writeHeaders(what.draft.headers, notation);
    const payload = payloadOf(what);
    const properties = [
      `.deliveryMode(${what.draft.persistent ? "2" : "1"})`,
      ...propertiesOf(what).map(({ name, value, isNumber }) => {
        if (!isNumber) return `.${name}(${text(value)})`;
        return name === "timestamp" ? `.timestamp(new Date(${value}L * 1000))` : `.${name}(${value})`;
      }),
      ...(entries.length === 0 ? [] : [`.headers(${notation.table(entries)})`]),
      ".build()",
    ];
    const body =
      "text" in payload
        ? `${text(payload.text)}.getBytes(StandardCharsets.UTF_8)`
        : `Base64.getDecoder().decode(${text(payload.base64)})`;
    return `// com.rabbitmq:amqp-client:5
${comments("//", notes)}import com.rabbitmq.client.*;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.*;

public class Publish {
    public static void main(String[] args) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(${quoted(host)});
        factory.setPort(${String(port)});
        factory.setUsername(${quoted(user)});
        factory.setPassword(System.getenv("${passwordVariable}"));
        factory.setVirtualHost(${quoted(vhost)});${secure ? "\n        factory.useSslProtocol(javax.net.ssl.SSLContext.getDefault());\n        factory.enableHostnameVerification();" : ""}
        try (Connection connection = factory.newConnection(); Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            channel.addReturnListener(returned ->
                System.err.println("Returned, nobody gets it: " + returned.getReplyText()));
            byte[] body = ${body};
            AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                ${indented(properties.join("\n"), 16)};
            channel.basicPublish(${text(exchange)}, ${text(key)}, true, properties, body);
            channel.waitForConfirmsOrDie(30_000);
        }
    }

    static Map<String, Object> table(Object... namesAndValues) {
        Map<String, Object> table = new LinkedHashMap<>();
        for (int at = 0; at < namesAndValues.length; at += 2) {
            table.put((String) namesAndValues[at], namesAndValues[at + 1]);
        }
        return table;
    }
}
`;
  },
};

/** A constant of Java holds 65,535 bytes at most. */
const chunk = 16_000;

function text(value: string): string {
  if (value.length <= chunk) return quoted(value);
  const parts: string[] = [];
  for (let at = 0; at < value.length;) {
    const end = at + chunk;
    // A character of two units stays whole.
    const last = value.charCodeAt(end - 1);
    const next = last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
    parts.push(quoted(value.slice(at, next)));
    at = next;
  }
  return `String.join("", ${parts.join(",\n    ")})`;
}

/** The last second whose milliseconds a long holds. */
const lastSecond = 2n ** 63n / 1000n - 1n;

const notation: Notation = {
  scalar(type, value) {
    switch (type) {
      case "string":
        return text(value);
      case "boolean":
        return value;
      case "null":
        return "null";
      case "bytes":
        return `Base64.getDecoder().decode(${text(value)})`;
      case "int8":
        return `(byte) ${String(BigInt(value))}`;
      case "int16":
        return `(short) ${String(BigInt(value))}`;
      case "int32":
        return String(BigInt(value));
      case "int64":
        return `${String(BigInt(value))}L`;
      case "float":
        return `Float.parseFloat(${quoted(value)})`;
      case "double":
        return `Double.parseDouble(${quoted(value)})`;
      case "decimal":
        return `new BigDecimal(${quoted(value)})`;
      case "timestamp":
        return BigInt(value) <= lastSecond ? `new Date(${String(BigInt(value))}L * 1000)` : undefined;
      default:
        return undefined;
    }
  },
  instead: widened,
  // A lone null would be taken for the array itself.
  array: (items) => `new ArrayList<Object>(Arrays.asList(new Object[] { ${items.join(", ")} }))`,
  table: (entries) =>
    `table(${entries.map(([name, literal]) => `\n    ${quoted(name)}, ${indented(literal, 4)}`).join(",")})`,
};
