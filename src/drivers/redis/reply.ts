/** What Redis answers (RESP 2), with every bulk string as its bytes. */
export type Reply = string | number | Uint8Array | null | Error | readonly Reply[];

/** An argument of a command. */
export type Arg = string | Buffer;

/** As text; bytes that are not UTF-8 become U+FFFD. The empty text for what has none. */
export function textFrom(reply: Reply | undefined): string {
  if (reply instanceof Uint8Array) return bufferFrom(reply).toString("utf8");
  return typeof reply === "string" || typeof reply === "number" ? String(reply) : "";
}

/** NaN for what is no number. */
export function numberFrom(reply: Reply | undefined): number {
  return typeof reply === "number" ? reply : Number(textFrom(reply) || NaN);
}

/** The items of an array; none for anything else. */
export function listFrom(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}

/** The bytes of a bulk string, not copied. */
export function bufferFrom(reply: Reply | undefined): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  if (reply instanceof Uint8Array) return Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength);
  return Buffer.from(textFrom(reply));
}

/** A map, which RESP 2 writes as a flat array. */
export function mapFrom(reply: Reply | undefined): ReadonlyMap<string, Reply> {
  const items = listFrom(reply);
  const map = new Map<string, Reply>();
  for (let at = 0; at + 1 < items.length; at += 2) map.set(textFrom(items[at]), items[at + 1] ?? null);
  return map;
}

/** The lines `name:value` of INFO. */
export function infoFrom(reply: Reply | undefined): ReadonlyMap<string, string> {
  const lines = textFrom(reply).split("\r\n");
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(":");
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)] as const] : [];
    }),
  );
}
