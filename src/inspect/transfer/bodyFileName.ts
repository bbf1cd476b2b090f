import { isUtf8 } from "node:buffer";
import type { SelectedMessage } from "../selectedMessages.ts";

/** Characters of a key that go into a name. */
const keyLength = 60;
/** Bytes that are looked at to tell text from anything else. */
const lookedAt = 4096;

/**
 * A name for the file of a body that every system takes and that is unique by its number: `000042-order.created.json`.
 * @param of how many files there are, so that they sort in order
 */
export function bodyFileName(number: number, of: number, message: SelectedMessage): string {
  const digits = String(number).padStart(Math.max(6, String(of).length), "0");
  const key = (message.key ?? "")
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, "_")
    .slice(0, keyLength)
    // Half of a pair at the cut; and Windows takes no point at the end.
    .replaceAll(/\p{Surrogate}|^[._]+|[._]+$/gu, "");
  return `${digits}${key === "" ? "" : `-${key}`}.${endingOf(message)}`;
}

/** By what it says it is, else by its first bytes: `json`, `json.gz`, `bin`. */
export function endingOf({ body, contentType, contentEncoding }: SelectedMessage): string {
  const encoding = contentEncoding?.trim().toLowerCase() ?? "";
  const packed = encodings.get(encoding);
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  const named = types.get(type) ?? bySuffix(type);
  if (packed !== undefined) return named === undefined ? packed : `${named}.${packed}`;
  return named ?? looksLike(body);
}

const encodings: ReadonlyMap<string, string> = new Map([
  ["gzip", "gz"],
  ["x-gzip", "gz"],
  ["deflate", "deflate"],
  ["br", "br"],
  ["zstd", "zst"],
]);

const types: ReadonlyMap<string, string> = new Map([
  ["application/json", "json"],
  ["text/json", "json"],
  ["application/x-ndjson", "jsonl"],
  ["application/xml", "xml"],
  ["text/xml", "xml"],
  ["text/plain", "txt"],
  ["text/html", "html"],
  ["text/csv", "csv"],
  ["text/markdown", "md"],
  ["application/yaml", "yaml"],
  ["application/x-protobuf", "pb"],
  ["application/protobuf", "pb"],
  ["application/avro", "avro"],
  ["avro/binary", "avro"],
  ["application/msgpack", "msgpack"],
  ["application/x-msgpack", "msgpack"],
  ["application/cbor", "cbor"],
  ["application/pdf", "pdf"],
  ["application/zip", "zip"],
  ["application/gzip", "gz"],
  ["image/png", "png"],
  ["image/jpeg", "jpg"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
  ["image/svg+xml", "svg"],
]);

function bySuffix(type: string): string | undefined {
  return /\+(json|xml|cbor|yaml)$/.exec(type)?.[1];
}

const magic: readonly (readonly [hex: string, ending: string])[] = [
  ["1f8b", "gz"],
  ["28b52ffd", "zst"],
  ["89504e470d0a1a0a", "png"],
  ["ffd8ff", "jpg"],
  ["474946383", "gif"],
  ["25504446", "pdf"],
  ["504b0304", "zip"],
  ["4f626a01", "avro"],
];

function looksLike(body: Buffer): string {
  const start = body.toString("hex", 0, 8);
  const found = magic.find(([hex]) => start.startsWith(hex));
  if (found) return found[1];
  // A character may be cut at the end.
  const head = body.subarray(0, lookedAt);
  const isText = [0, 1, 2, 3].some((less) =>
    isUtf8(head.subarray(0, head.length - (head.length < lookedAt ? 0 : less))),
  );
  if (!isText || head.includes(0)) return "bin";
  const first = /\S/.exec(head.toString("utf8"))?.[0];
  if (first === "{" || first === "[") return "json";
  return first === "<" ? "xml" : "txt";
}
