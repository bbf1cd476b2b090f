import type { Delivery, Properties } from "../broker/contract.ts";
import type { Header, Value } from "../broker/values.ts";
import type { Glance, RecordBytes } from "./record.ts";

/** Everything of a delivery that is text: all but its body and what the log keeps as numbers. */
export interface Envelope {
  readonly key?: string;
  readonly deliveryCount?: number;
  readonly position?: string;
  readonly origin?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly properties: Properties;
  readonly headers: readonly Header[];
}

/** Shapes beyond this many are not remembered: those envelopes are kept as JSON. */
const maxShapes = 20_000;
const maxInterned = 256;
/** The shape of an envelope that is kept as JSON. */
export const jsonShape = 1;

/**
 * Writes envelopes as bytes and reads them again. Messages of one source resemble each other: the names and types of
 * their headers, the names of their properties, content type and origin are kept once, as a path in a tree of shapes; the
 * record holds only the other values, each as its length and its UTF-8 text.
 */
export class Envelopes {
  readonly #root: Shape = shape(0, undefined, "root", "", "");
  readonly #shapes: Shape[] = [this.#root, shape(jsonShape, undefined, "json", "", "")];
  /** The shape of what was written last. */
  written = 0;

  /**
   * Writes the envelope of `delivery` to `target` from `at` on, not beyond `end`.
   * @returns where it ended, or -1 when there was not room enough.
   */
  write(delivery: Delivery, target: Buffer, at: number, end: number): number {
    let node: Shape | undefined = this.#root;
    const { key, deliveryCount, position, origin, contentType, contentEncoding, properties, headers } = delivery;
    if (key !== undefined) {
      node = this.#step(node, "key", "", "");
      at = writeText(key, target, at, end);
    }
    if (deliveryCount !== undefined) {
      node = this.#step(node, "deliveryCount", "", "");
      at = writeText(String(deliveryCount), target, at, end);
    }
    if (position !== undefined) {
      node = this.#step(node, "position", "", "");
      at = writeText(position, target, at, end);
    }
    if (origin !== undefined) node = this.#step(node, "origin", "", origin);
    if (contentType !== undefined) node = this.#step(node, "contentType", "", contentType);
    if (contentEncoding !== undefined) node = this.#step(node, "contentEncoding", "", contentEncoding);
    for (const name in properties) {
      node = this.#step(node, "property", "", name);
      at = writeText(properties[name] ?? "", target, at, end);
    }
    for (const { name, value } of headers) {
      node = this.#step(node, "header", value.type, name);
      at = writeText("value" in value ? value.value : JSON.stringify(value), target, at, end);
    }
    if (node) {
      this.written = node.id;
      return at;
    }
    return -2;
  }

  /** The envelope as it is kept with the {@link jsonShape}. */
  toJson(delivery: Delivery): Buffer {
    const { key, deliveryCount, position, origin, contentType, contentEncoding, properties, headers } = delivery;
    return Buffer.from(
      JSON.stringify({ key, deliveryCount, position, origin, contentType, contentEncoding, properties, headers }),
    );
  }

  read(shapeId: number, bytes: Buffer, start: number, end: number): Envelope {
    if (shapeId === jsonShape) return JSON.parse(bytes.toString("utf8", start, end)) as Envelope;
    const envelope: Writable = { properties: {}, headers: [] };
    let at = start;
    for (const { part, type, name } of this.#path(shapeId)) {
      if (part === "origin" || part === "contentType" || part === "contentEncoding") {
        envelope[part] = name;
        continue;
      }
      const length = readLength(bytes, at);
      at += lengthBytes(length);
      const value = bytes.toString("utf8", at, at + length);
      at += length;
      if (part === "key" || part === "position") envelope[part] = value;
      else if (part === "deliveryCount") envelope.deliveryCount = Number(value);
      else if (part === "property") envelope.properties[name] = value;
      else envelope.headers.push({ name, value: valueOf(type, value) });
    }
    return envelope;
  }

  /** Fills `glance` with what a row shows, decoding no more than that. */
  glance(record: RecordBytes, glance: Glance): void {
    const { buffer, start, bodyStart } = record;
    if (record.shape === jsonShape) {
      const { key, contentType, deliveryCount = -1 } = this.read(jsonShape, buffer, start, bodyStart);
      Object.assign(glance, { key, contentType, deliveryCount, keyStart: 0, keyEnd: 0 });
      return;
    }
    const shape = this.#shape(record.shape);
    let at = start;
    glance.key = undefined;
    glance.keyStart = glance.keyEnd = at;
    if (shape.hasKey) {
      const length = readLength(buffer, at);
      glance.keyStart = at + lengthBytes(length);
      at = glance.keyEnd = glance.keyStart + length;
    }
    glance.deliveryCount = -1;
    if (shape.hasDeliveryCount) {
      const length = readLength(buffer, at);
      glance.deliveryCount = Number(buffer.toString("latin1", at + 1, at + 1 + length));
    }
    glance.contentType = shape.contentType;
  }

  /** Every text that belongs to the shape and not to the record: names, content type, origin. */
  texts(shapeId: number): readonly string[] {
    return shapeId === jsonShape ? [] : this.#path(shapeId).map((node) => node.name);
  }

  #shape(id: number): Shape {
    const found = this.#shapes[id];
    if (!found) throw new RangeError("No such shape");
    return found;
  }

  #path(id: number): readonly Shape[] {
    const leaf = this.#shape(id);
    if (leaf.path) return leaf.path;
    const path: Shape[] = [];
    for (let node = leaf; node.parent; node = node.parent) path.push(node);
    return (leaf.path = path.reverse());
  }

  #step(from: Shape | undefined, part: Part, type: string, name: string): Shape | undefined {
    if (!from) return undefined;
    // The next message most often takes the same way as the one before.
    const last = from.last;
    if (last?.part === part && last.type === type && last.name === name) return last;
    const id = `${part} ${type} ${name}`;
    let next = from.children?.get(id);
    if (!next) {
      if (this.#shapes.length >= maxShapes || name.length > maxInterned) return undefined;
      next = shape(this.#shapes.length, from, part, type, name);
      this.#shapes.push(next);
      (from.children ??= new Map()).set(id, next);
    }
    from.last = next;
    return next;
  }
}

/** How many bytes a length takes: seven bits in each. */
function lengthBytes(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4;
}

function readLength(bytes: Buffer, at: number): number {
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return length;
  }
}

type Part =
  | "root"
  | "json"
  | "key"
  | "deliveryCount"
  | "position"
  | "origin"
  | "contentType"
  | "contentEncoding"
  | "property"
  | "header";

interface Shape {
  readonly id: number;
  readonly parent: Shape | undefined;
  readonly part: Part;
  /** The type of a header's value. */
  readonly type: string;
  /** The name of a property or header, or the text itself of what is kept in the shape. */
  readonly name: string;
  readonly contentType: string | undefined;
  /** Whether the record begins with a key, and has a delivery count behind it. */
  readonly hasKey: boolean;
  readonly hasDeliveryCount: boolean;
  children: Map<string, Shape> | undefined;
  last: Shape | undefined;
  path: readonly Shape[] | undefined;
}

type Writable = { -readonly [Name in keyof Envelope]: Envelope[Name] } & {
  properties: Record<string, string>;
  headers: Header[];
};

function shape(id: number, parent: Shape | undefined, part: Part, type: string, name: string): Shape {
  return {
    id,
    parent,
    part,
    type,
    name,
    contentType: part === "contentType" ? name : parent?.contentType,
    hasKey: part === "key" || parent?.hasKey === true,
    hasDeliveryCount: part === "deliveryCount" || parent?.hasDeliveryCount === true,
    children: undefined,
    last: undefined,
    path: undefined,
  };
}

function valueOf(type: string, value: string): Value {
  if (type === "array" || type === "table") return JSON.parse(value) as Value;
  return { type, value } as Value;
}

function writeLength(length: number, target: Buffer, at: number): number {
  while (length >= 0x80) {
    target[at++] = (length & 0x7f) | 0x80;
    length >>>= 7;
  }
  target[at++] = length;
  return at;
}

/** @returns where it ended, -1 when there was not room enough (then and when `at` is -1 already). */
function writeText(text: string, target: Buffer, at: number, end: number): number {
  const length = text.length;
  if (at < 0 || at + length * 3 + 4 > end) return -1;
  if (length < 80) {
    // For short ASCII text a loop is several times as fast as a call into the runtime.
    target[at] = length;
    let index = 0;
    for (; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) break;
      target[at + 1 + index] = code;
    }
    if (index === length) return at + 1 + length;
  }
  const bytes = Buffer.byteLength(text);
  at = writeLength(bytes, target, at);
  target.write(text, at, "utf8");
  return at + bytes;
}
