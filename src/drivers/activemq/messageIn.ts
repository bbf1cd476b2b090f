/** From the bytes of an AMQP 1.0 message to a delivery. */
import type { Delivery } from "../../broker/contract.ts";
import type { Header } from "../../broker/values.ts";
import { AmqpReader, textOfAmqp, toHeaders, toValue, type AmqpValue } from "./amqpReader.ts";
import { longAnnotations } from "./properties.ts";

/**
 * The body is a view of `bytes`. Never throws: what cannot be read is shown as it came.
 * @param tag of the delivery, in the product's counting
 */
export function toDelivery(tag: number, bytes: Buffer): Delivery {
  try {
    return decode(tag, bytes);
  } catch {
    return { tag, redelivered: false, headers: [], properties: { bodyType: "unreadable" }, body: bytes };
  }
}

function decode(tag: number, bytes: Buffer): Delivery {
  const reader = new AmqpReader(bytes);
  const properties: Record<string, string> = {};
  let headers: readonly Header[] = [];
  let persistent = false;
  let deliveries = 0;
  let contentType: string | undefined;
  let contentEncoding: string | undefined;
  let body = new Uint8Array() as Uint8Array;
  while (!reader.isAtEnd) {
    switch (reader.descriptor()) {
      case 0x70: {
        const [durable, priority, ttl, , count] = reader.list();
        persistent = textOfAmqp(durable) === "true";
        deliveries = Number(textOfAmqp(count) ?? 0);
        set(properties, "priority", priority);
        set(properties, "expiration", ttl);
        break;
      }
      case 0x72:
        for (const [name, value] of reader.map()) {
          const known = textOfAmqp(name) ?? "";
          set(properties, annotationNames[known] ?? known, value);
        }
        break;
      case 0x73: {
        const list = reader.list();
        setId(properties, "messageId", list[0]);
        const user = list[1];
        if (user?.type === "bytes") properties["userId"] = Buffer.from(user.value, "base64").toString("utf8");
        set(properties, "to", list[2]);
        set(properties, "type", list[3]);
        set(properties, "replyTo", list[4]);
        setId(properties, "correlationId", list[5]);
        contentType = textOfAmqp(list[6]);
        contentEncoding = textOfAmqp(list[7]);
        set(properties, "expiresAt", list[8]);
        set(properties, "creationTime", list[9]);
        set(properties, "groupId", list[10]);
        set(properties, "groupSequence", list[11]);
        set(properties, "replyToGroupId", list[12]);
        break;
      }
      case 0x74:
        headers = toHeaders(reader.map());
        break;
      case 0x75: {
        const view = reader.binary();
        body = body.length === 0 ? view : Buffer.concat([body, view]);
        break;
      }
      case 0x76:
        properties["bodyType"] = "sequence";
        body = typed({ type: "list", items: reader.list() });
        break;
      case 0x77:
        if (reader.next === 0xa1 || reader.next === 0xb1) {
          properties["bodyType"] = "text";
          body = reader.stringBytes();
        } else if (reader.next === 0xa0 || reader.next === 0xb0) body = reader.binary();
        else {
          properties["bodyType"] = "value";
          body = typed(reader.value());
        }
        break;
      default:
        // Delivery annotations and footers are between the broker and us.
        reader.value();
    }
  }
  return {
    tag,
    redelivered: deliveries > 0,
    deliveryCount: deliveries,
    persistent,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    headers,
    properties,
    body,
  };
}

const annotationNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(longAnnotations).map(([name, annotation]) => [annotation, name]),
);

function typed(value: AmqpValue): Uint8Array {
  return Buffer.from(JSON.stringify(toValue(value)), "utf8");
}

function set(properties: Record<string, string>, name: string, value: AmqpValue | undefined): void {
  const text = textOfAmqp(value);
  if (text !== undefined) properties[name] = text;
}

function setId(properties: Record<string, string>, name: string, value: AmqpValue | undefined): void {
  const text = textOfAmqp(value);
  if (text === undefined || !value) return;
  if (value.type === "uint64") properties[name] = `AMQP_ULONG:${text}`;
  else if (value.type === "uuid") properties[name] = `AMQP_UUID:${text}`;
  else if (value.type === "bytes") properties[name] = `AMQP_BINARY:${Buffer.from(text, "base64").toString("hex")}`;
  else properties[name] = text;
}
