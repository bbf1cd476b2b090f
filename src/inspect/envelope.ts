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
  /** Stands for every shape beyond those that are remembered. */
  readonly #full: Shape = shape(jsonShape, undefined, "json", "", "");
  readonly #shapes: Shape[] = [this.#root, this.#full];
  /** The shape of what was written last. */
  written = 0;

  /**
   * Writes the envelope of `delivery` to `target` from `at` on.
   * @returns where it ended; -1 when there was not room enough, -2 when it is to be kept as JSON
   */
  write(delivery: Delivery, target: Buffer, at: number): number {
    const { key, deliveryCount, position, origin, contentType, contentEncoding, properties, headers } = delivery;
    let node = this.#root;
    if (key !== undefined) {
      node = this.#step(node, "key", "");
      at = writeText(key, target, at);
    }
    if (deliveryCount !== undefined) {
      node = this.#step(node, "deliveryCount", "");
      at = writeText(String(deliveryCount), target, at);
    }
    if (position !== undefined) {
      node = this.#step(node, "position", "");
      at = writeText(position, target, at);
    }
    if (origin !== undefined) node = this.#step(node, "origin", origin);
    if (contentType !== undefined) node = this.#step(node, "contentType", contentType);
    if (contentEncoding !== undefined) node = this.#step(node, "contentEncoding", contentEncoding);
    for (const name in properties) {
      node = this.#step(node, "property", name);
      at = writeText(properties[name] ?? "", target, at);
    }
    for (const { name, value } of headers) {
      const next = node.last;
      // The next message most often takes the same way as the one before.
      node = next?.name === name && next.type === value.type ? next : this.#find(node, "header", value.type, name);
      at = writeText("value" in value ? value.value : JSON.stringify(value), target, at);
    }
    if (node === this.#full) return -2;
    this.written = node.id;
    return at;
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

  /** What a record of that shape has, in its order; nothing for the {@link jsonShape}. */
  parts(shapeId: number): readonly ShapePart[] {
    return shapeId === jsonShape ? [] : this.#path(shapeId);
  }

  /** The names, or texts, of that part which messages had so far. */
  names(part: ShapePart["part"]): ReadonlySet<string> {
    return new Set(this.#shapes.flatMap((shape) => (shape.part === part ? [shape.name] : [])));
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

  #step(from: Shape, part: Part, name: string): Shape {
    const next = from.last;
    return next?.part === part && next.name === name ? next : this.#find(from, part, "", name);
  }

  #find(from: Shape, part: Part, type: string, name: string): Shape {
    if (from === this.#full) return from;
    const id = `${part} ${type} ${name}`;
    let next = from.children?.get(id);
    if (!next) {
      if (this.#shapes.length >= maxShapes || name.length > maxInterned) return this.#full;
      next = shape(this.#shapes.length, from, part, type, name);
      this.#shapes.push(next);
      (from.children ??= new Map()).set(id, next);
    }
    return (from.last = next);
  }
}

/** How many bytes a length takes: seven bits in each. */
export function lengthBytes(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4;
}

/** The length that stands there. */
export function readLength(bytes: Buffer, at: number): number {
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

/** One of the values of an envelope. In the record stand the texts of all but `origin`, `contentType`, `contentEncoding`. */
export interface ShapePart {
  readonly part: Part;
  /** The type of a header's value. */
  readonly type: string;
  /** The name of a property or header, or the text itself of what is kept in the shape. */
  readonly name: string;
}

interface Shape extends ShapePart {
  readonly id: number;
  readonly parent: Shape | undefined;
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
function writeText(text: string, target: Buffer, at: number): number {
  const length = text.length;
  if (at < 0 || at + length * 3 + 4 > target.length) return -1;
  if (length < shortText) {
    target[at] = length;
    let index = 0;
    for (; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) break;
      target[at + 1 + index] = code;
    }
    if (index === length) return at + 1 + length;
  }
  return writeLongText(text, target, at);
}

// Below this a loop is faster than a call into the runtime.
const shortText = 24;

function writeLongText(text: string, target: Buffer, at: number): number {
  // Most is ASCII: as many bytes as characters.
  const guessed = lengthBytes(text.length);
  const bytes = target.write(text, at + guessed, "utf8");
  const needed = lengthBytes(bytes);
  if (needed !== guessed) target.copyWithin(at + needed, at + guessed, at + guessed + bytes);
  return writeLength(bytes, target, at) + bytes;
}
