/** Commands for a POSIX shell that publish through the management API. */
import { t } from "@vscode/l10n";
import type { Recipe, Sending } from "../../../broker/contract.ts";
import { BrokerError } from "../../../broker/errors.ts";
import { comments, type Notation, quoted, widened, writeHeaders } from "./literals.ts";
import { managementOf, passwordVariable, payloadOf, placeOf, propertiesOf } from "./sending.ts";

/** Linux takes no argument of 128 KiB or more. */
const longestArgument = 120_000;

export const rabbitmqadminRecipe: Recipe = {
  id: "rabbitmqadmin",
  kind: "command",
  label: "rabbitmqadmin",
  needs: t("the command of RabbitMQ's management plugin"),
  write: (what) => {
    const { user, vhost, exchange, key } = placeOf(what);
    const url = managementOf(what);
    const { json, notes } = propertiesJson(what);
    const payload = payloadOf(what);
    const path = url.pathname.replace(/\/+$/, "");
    const lines = [
      "rabbitmqadmin",
      `--host=${shellQuoted(url.hostname.replace(/^\[|\]$/g, ""))} --port=${url.port || (url.protocol === "https:" ? "443" : "80")}`,
      ...(url.protocol === "https:" ? ["--ssl"] : []),
      ...(path === "" ? [] : [`--path-prefix=${shellQuoted(path)}`]),
      `--vhost=${shellQuoted(vhost)} --username=${shellQuoted(user)} --password="$${passwordVariable}"`,
      "publish",
      ...(exchange === "" ? [] : [`exchange=${shellQuoted(exchange)}`]),
      `routing_key=${shellQuoted(key)}`,
      `properties=${shellQuoted(json)}`,
      ...("text" in payload
        ? [`payload=${shellQuoted(payload.text)}`]
        : ["payload_encoding=base64", `payload=${shellQuoted(payload.base64)}`]),
    ];
    if (lines.some((line) => Buffer.byteLength(line) > longestArgument))
      throw new BrokerError(
        "invalid",
        t("This message is too large for the command line. Copy it as a curl command, which reads it from its input."),
      );
    return `${comments("#", notes)}${lines.join(" \\\n  ")}\n`;
  },
};

export const curlRecipe: Recipe = {
  id: "curl",
  kind: "command",
  label: "curl",
  needs: t("RabbitMQ's management API; asks for the password"),
  write: (what) => {
    const { user, vhost, exchange, key } = placeOf(what);
    const base = managementOf(what).href.replace(/\/+$/, "");
    const { json, notes } = propertiesJson(what);
    const payload = payloadOf(what);
    const url = `${base}/api/exchanges/${encodeURIComponent(vhost)}/${encodeURIComponent(exchange || "amq.default")}/publish`;
    const [encoding, text] = "text" in payload ? ["string", payload.text] : ["base64", payload.base64];
    const body = [
      `  "routing_key": ${quoted(key)}`,
      `  "properties": ${json}`,
      `  "payload_encoding": "${encoding}"`,
      `  "payload": ${quoted(text)}`,
    ].join(",\n");
    return `${comments("#", notes)}curl -sS -g -u ${shellQuoted(user)} -H 'content-type: application/json' --data-binary @- \\
  ${shellQuoted(url)} <<'MESSAGE'
{
${body}
}
MESSAGE
`;
  },
};

/** One word of a POSIX shell, whatever is in it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The API makes 64-bit integers of numbers without a fraction and doubles of the others; it knows no more types. */
const json: Notation = {
  scalar(type, text) {
    switch (type) {
      case "string":
        return quoted(text);
      case "boolean":
        return text;
      case "int64":
        return String(BigInt(text));
      case "double":
        return Number.isFinite(Number(text)) ? withFraction(text) : undefined;
      default:
        return undefined;
    }
  },
  instead: (type, text) => (type === "uint8" || type === "uint16" ? { type: "int64", text } : widened(type, text)),
  array: (items) => `[${items.join(",")}]`,
  table: (entries) => `{${entries.map(([name, literal]) => `${quoted(name)}:${literal}`).join(",")}}`,
};

/** "1" would be read as an integer. */
function withFraction(text: string): string {
  const plain = Object.is(Number(text), -0) ? "-0" : String(Number(text));
  return /[.e]/.test(plain) ? plain : `${plain}.0`;
}

const names: Readonly<Record<string, string>> = {
  contentType: "content_type",
  contentEncoding: "content_encoding",
  correlationId: "correlation_id",
  replyTo: "reply_to",
  messageId: "message_id",
  userId: "user_id",
  appId: "app_id",
};

function propertiesJson(what: Sending): { readonly json: string; readonly notes: readonly string[] } {
  const { entries, notes } = writeHeaders(what.draft.headers, json);
  const properties: (readonly [string, string])[] = [
    ["delivery_mode", what.draft.persistent ? "2" : "1"],
    ...propertiesOf(what).map(
      ({ name, value, isNumber }) => [names[name] ?? name, isNumber ? value : quoted(value)] as const,
    ),
    ...(entries.length === 0 ? [] : [["headers", json.table(entries)] as const]),
  ];
  return { json: json.table(properties), notes };
}
