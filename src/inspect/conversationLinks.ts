/** What a message carries that says which others it belongs to, whatever system sent it. */
import type { ConversationId } from "../protocol/conversation.ts";
import type { Envelope } from "./envelope.ts";

export interface MessageLinks {
  /** What the message itself is called. */
  readonly messageId?: string;
  readonly correlations: readonly string[];
  /** The trace's id of a W3C trace parent. */
  readonly trace?: string;
  /** Where answers to it are to be sent. */
  readonly replyTo?: string;
}

type Carrier = "message" | "correlation" | "trace" | "reply";

/** Names of properties and headers, in lower case without anything but letters and digits. */
const carriers: Readonly<Record<string, Carrier>> = {
  messageid: "message",
  xmessageid: "message",
  // CloudEvents, as headers of AMQP, Kafka and HTTP write them: cloudEvents:id, cloudEvents_id, ce-id, ce_id.
  ceid: "message",
  cloudeventsid: "message",
  correlationid: "correlation",
  xcorrelationid: "correlation",
  requestid: "correlation",
  xrequestid: "correlation",
  conversationid: "correlation",
  xconversationid: "correlation",
  traceparent: "trace",
  cetraceparent: "trace",
  cloudeventstraceparent: "trace",
  replyto: "reply",
};

/** Longer ones are no ids. */
const longestId = 512;

export function linksOf({ properties, headers }: Envelope): MessageLinks {
  const found: Record<Carrier, string[]> = { message: [], correlation: [], trace: [], reply: [] };
  const look = (name: string, value: string): void => {
    const carrier = carriers[plain(name)];
    if (carrier && value !== "" && value.length <= longestId) found[carrier].push(value);
  };
  for (const name in properties) look(name, properties[name] ?? "");
  for (const { name, value } of headers) if ("value" in value) look(name, value.value);
  const [messageId, ...furtherIds] = found.message;
  const trace = found.trace.map(traceId).find((id) => id !== undefined);
  const [replyTo] = found.reply;
  return {
    ...(messageId === undefined ? {} : { messageId }),
    correlations: [...new Set([...found.correlation, ...furtherIds])],
    ...(trace === undefined ? {} : { trace }),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

/** Everything but where answers go: what two messages of one conversation have in common. */
export function idsOf({ messageId, correlations, trace }: MessageLinks): readonly string[] {
  return [messageId, ...correlations, trace].filter((id) => id !== undefined);
}

/** Whether only its key can tell what it is an answer to. */
export function isBare({ correlations, trace }: MessageLinks): boolean {
  return correlations.length === 0 && trace === undefined;
}

/** To be shown. */
export function namedIds({ messageId, correlations, trace, replyTo }: MessageLinks): readonly ConversationId[] {
  return [
    ...correlations.map((value) => ({ kind: "correlation", value }) as const),
    ...(messageId === undefined ? [] : [{ kind: "message", value: messageId } as const]),
    ...(trace === undefined ? [] : [{ kind: "trace", value: trace } as const]),
    ...(replyTo === undefined ? [] : [{ kind: "reply", value: replyTo } as const]),
  ];
}

/** When it was sent, in milliseconds since 1970, as the property `timestamp` says. */
export function sentAt({ properties }: Envelope): number | undefined {
  const text = properties["timestamp"];
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  // Seconds by AMQP; whoever sends milliseconds means the present century all the same.
  const time = value > 100_000_000_000 ? value : value * 1000;
  return time > 0 ? time : undefined;
}

function plain(name: string): string {
  let known = plainNames.get(name);
  if (known === undefined) {
    known = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
    if (plainNames.size < 2000) plainNames.set(name, known);
  }
  return known;
}

// The same few names come with every message.
const plainNames = new Map<string, string>();

function traceId(parent: string): string | undefined {
  const id = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/i.exec(parent)?.[1];
  return id === undefined || /^0+$/.test(id) ? undefined : id;
}
