import type { Delivery } from "../../src/broker/contract.ts";
import { text } from "../../src/broker/values.ts";

export const million = 1_000_000;
const customers = ["Ann Example", "Bert Beispiel", "Chloé Exemple", "Dai Enghraifft"];

/** A body of about `size` bytes of JSON, different for each number. */
export function jsonBody(number: number, size = 1024): Buffer {
  const order = {
    id: number,
    customer: { name: customers[number % customers.length], email: `customer${number % 977}@example.com` },
    items: [] as unknown[],
    note: "",
  };
  for (let item = 0; item < 8; item++)
    order.items.push({ sku: `SKU-${(number * 7 + item * 13) % 10_000}`, quantity: 1 + (item % 3), price: item * 1.25 });
  const length = Buffer.byteLength(JSON.stringify(order));
  order.note = "lorem ipsum dolor sit amet ".repeat(size / 27 + 1).slice(0, Math.max(0, size - length));
  return Buffer.from(JSON.stringify(order));
}

/** Deliveries as a broker would hand them out: 1 KiB of JSON, a key, properties, three headers. */
export function deliveries(count: number): Delivery[] {
  return Array.from({ length: count }, (_, index) => ({
    tag: index + 1,
    key: decoded(`order.created.eu-${index % 50}`),
    origin: "shop",
    redelivered: false,
    persistent: true,
    contentType: "application/json",
    headers: [
      text("tenant", decoded(`tenant-${index % 100}`)),
      { name: "attempt", value: { type: "int32", value: String(index % 5) } },
      text("traceparent", decoded(`00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba9${index}-01`)),
    ],
    properties: {
      messageId: decoded(`message-${index}`),
      timestamp: decoded("1700000000"),
      correlationId: decoded(`c-${index % 1000}`),
    },
    body: jsonBody(index),
  }));
}

/** As a driver reads it from a frame: one piece of memory, and not the parts that it was joined from. */
function decoded(text: string): string {
  return Buffer.from(text).toString();
}

/** Bytes of everything that is in a delivery, as text. */
export function payloadBytes(delivery: Delivery): number {
  const texts = [delivery.key, delivery.origin, delivery.contentType, ...Object.entries(delivery.properties).flat()];
  for (const { name, value } of delivery.headers) texts.push(name, "value" in value ? value.value : "");
  return texts.reduce((sum, each) => sum + Buffer.byteLength(each ?? ""), delivery.body.length);
}
