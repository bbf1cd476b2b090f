import type { MessageLog } from "../log.ts";
import { newGlance, newRecordBytes } from "../record.ts";
import type { KnownNames } from "./conditions.ts";

/** What messages have, to be proposed. */
export interface Known {
  /** As their drivers name them. */
  readonly headers: readonly string[];
  readonly properties: readonly string[];
  readonly contentTypes: readonly string[];
  readonly origins: readonly string[];
  readonly keys: readonly string[];
  /** Of values in bodies: "$.customer.name". */
  readonly paths: readonly string[];
}

/** The names that a filter may use. */
export function knownNames(log: MessageLog): KnownNames {
  return { headers: log.namesOf("header"), properties: log.namesOf("property") };
}

const mostNames = 500;
const mostKeys = 300;
const mostBodies = 40;
const largestBody = 64 * 1024;
const deepestPath = 8;
/** Milliseconds for looking at the newest messages. */
const time = 8;

/** Milliseconds for which it is not gathered anew. */
const fresh = 1000;

/** Gathers what is known when it is asked for, and keeps it for a second. */
export class KnownValues {
  readonly #log: MessageLog;
  #known: Known | undefined;
  #until = 0;

  constructor(log: MessageLog) {
    this.#log = log;
  }

  gathered(): Known {
    const now = performance.now();
    if (!this.#known || now >= this.#until) {
      this.#known = gatherKnown(this.#log);
      this.#until = now + fresh;
    }
    return this.#known;
  }
}

/** In a few milliseconds: names from all messages, keys and paths from the newest. */
export function gatherKnown(log: MessageLog, milliseconds = time): Known {
  const until = performance.now() + milliseconds;
  const names = (part: Parameters<MessageLog["namesOf"]>[0]): readonly string[] =>
    [...log.namesOf(part)].slice(0, mostNames).sort();
  const keys = new Set<string>();
  const paths = new Set<string>();
  const record = newRecordBytes();
  const glance = newGlance();
  for (let back = 1; back <= Math.min(log.count, mostKeys) && performance.now() < until; back++) {
    const slot = log.slotAt(log.count - back);
    if (log.isMarker(slot)) continue;
    log.locate(slot, record);
    log.glance(record, glance);
    const { keyStart, keyEnd } = glance;
    const key = glance.key ?? record.buffer.toString("utf8", keyStart, keyEnd);
    if (key !== "") keys.add(key);
    if (back <= mostBodies && record.end - record.bodyStart <= largestBody)
      addPaths(record.buffer.toString("utf8", record.bodyStart, record.end), paths);
  }
  return {
    headers: names("header"),
    properties: names("property"),
    contentTypes: names("contentType"),
    origins: names("origin"),
    keys: [...keys].sort(),
    paths: [...paths].sort(),
  };
}

function addPaths(body: string, paths: Set<string>): void {
  if (!/^\s*[[{]/.test(body)) return;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return;
  }
  walk(value, "$", 0, paths);
}

function walk(value: unknown, path: string, depth: number, paths: Set<string>): void {
  if (paths.size >= mostNames || depth > deepestPath || typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    // Of a list the first few tell what is in it.
    for (const item of value.slice(0, 3)) add(item, `${path}[*]`, depth, paths);
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    if (paths.size >= mostNames) return;
    add(item, path + stepText(name), depth, paths);
  }
}

function add(item: unknown, path: string, depth: number, paths: Set<string>): void {
  if (!Array.isArray(item)) paths.add(path);
  walk(item, path, depth + 1, paths);
}

/** A step of a path as a filter writes it. */
export function stepText(name: string): string {
  return /^[^\s.[\]()=!~<>:"',*]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
