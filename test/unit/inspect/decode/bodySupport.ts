import {
  type BodyClaims,
  type DecodeOptions,
  openBody,
  type OpenBody,
} from "../../../../src/inspect/decode/decodeBody.ts";
import { type SchemaFile, Schemas, type SchemaSource } from "../../../../src/inspect/decode/schemas.ts";
import type { BodyNode, BodyView } from "../../../../src/protocol/body.ts";

export type TestBody = string | Uint8Array;

/** A body that was kept whole. */
export function openWhole(
  body: TestBody,
  claims: Omit<BodyClaims, "size"> = {},
  options: DecodeOptions = {},
): Promise<OpenBody> {
  const bytes = Buffer.from(body);
  return openBody(bytes, { size: bytes.length, ...claims }, options);
}

/** The sentences of the steps, each with its outcome where it is not "ok". */
export function stepsOf({ steps }: BodyView): readonly string[] {
  return steps.map(({ outcome, sentence }) => (outcome === "ok" ? sentence : `${outcome}: ${sentence}`));
}

/** Schema files that are nowhere. */
export function schemaSource(...files: readonly (readonly [string, string])[]): SchemaSource {
  const all: SchemaFile[] = files.map(([path, text]) => ({ path, text }));
  const schemas = Schemas.read(all);
  return { schemas: () => schemas };
}

/** `name: text (type)` for each child, `name: {2}` for containers. */
export function lines(nodes: readonly BodyNode[]): readonly string[] {
  return nodes.map(({ name, text, type, kind, count }) => {
    const value = count === undefined ? text : kind === "object" ? `{${String(count)}}` : `[${String(count)}]`;
    return `${name === undefined ? "" : `${name}: `}${value}${type === "" ? "" : ` (${type})`}`;
  });
}

/** Bytes from hex, blanks allowed. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}
