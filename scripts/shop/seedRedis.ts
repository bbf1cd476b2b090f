// The shop as Redis would have it: events in streams with groups, work in lists.
import { createClient } from "@redis/client";
import { shopMessages } from "./messages.ts";
import type { ShopMessage } from "./messages.ts";

/** Fills a server with a small shop, in place of one that is there already. Resolves with the number of messages. */
export async function seedRedisShop(uri: string): Promise<number> {
  const client = createClient({ url: uri, socket: { reconnectStrategy: false } });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.sendCommand(["DEL", ...streams, ...lists, "shop:settings"]);
    let count = 0;
    for (const message of shopMessages()) {
      for (const command of commandsOf(message)) {
        await client.sendCommand(command);
        count += 1;
      }
    }
    for (const [stream, group] of groups) await client.sendCommand(["XGROUP", "CREATE", stream, group, "0"]);
    // Somebody took some orders and has not acknowledged all of them.
    await client.sendCommand([
      ...["XREADGROUP", "GROUP", "billing", "billing-1", "COUNT", "12", "STREAMS", "shop:orders", ">"],
    ]);
    await client.sendCommand([
      "XREADGROUP",
      "GROUP",
      "billing",
      "billing-2",
      "COUNT",
      "5",
      "STREAMS",
      "shop:orders",
      ">",
    ]);
    // A key of a type that is not shown.
    await client.sendCommand(["HSET", "shop:settings", "currency", "EUR"]);
    return count;
  } finally {
    client.destroy();
  }
}

const streams = ["shop:orders", "shop:payments", "shop:products", "shop:documents", "shop:sensors"];
const lists = ["shop:shipping", "shop:emails"];
const groups = [
  ["shop:orders", "billing"],
  ["shop:orders", "warehouse"],
  ["shop:payments", "ledger"],
] as const;

function commandsOf({ exchange, key, body, options }: ShopMessage): readonly (readonly (string | Buffer)[])[] {
  const headers = Object.entries((options.headers ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [name, String(value)] : [],
  );
  const type = typeof options.contentType === "string" ? ["content-type", options.contentType] : [];
  const add = (stream: string): readonly (string | Buffer)[] => [
    ...["XADD", stream, "*", ...type, "type", key === "" ? exchange : key, ...headers, "body"],
    body,
  ];
  if (exchange === "shop.documents") return [add("shop:documents")];
  if (key.startsWith("order.")) return [add("shop:orders")];
  if (key.startsWith("payment.")) return [add("shop:payments")];
  if (key.startsWith("product.")) return [add("shop:products"), sensor()];
  if (key.startsWith("ship")) return [["RPUSH", "shop:shipping", body]];
  if (key === "email") return [["RPUSH", "shop:emails", body]];
  return [];
}

let read = 0;

/** An entry without a body: its fields are what it says. */
function sensor(): readonly string[] {
  read += 1;
  const temperature = (18 + (read % 7) * 0.5).toFixed(1);
  return ["XADD", "shop:sensors", "*", "sensor", `shelf-${String(read % 3)}`, "temperature", temperature, "unit", "C"];
}
