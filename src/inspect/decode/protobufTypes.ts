/** What is known of a Protobuf message from its schema: as much as reading it needs. */
export interface MessageType {
  /** "shop.Order" */
  readonly name: string;
  /** By number. Looked up when needed: messages may contain themselves. */
  field(number: number): FieldType | undefined;
}

export const scalarTypes = [
  "double",
  "float",
  "int32",
  "uint32",
  "sint32",
  "fixed32",
  "sfixed32",
  "int64",
  "uint64",
  "sint64",
  "fixed64",
  "sfixed64",
  "bool",
  "string",
  "bytes",
] as const;
export type ScalarType = (typeof scalarTypes)[number];

export type ValueType =
  | { readonly kind: "scalar"; readonly scalar: ScalarType }
  | { readonly kind: "enum"; readonly name: string; readonly words: ReadonlyMap<number, string> }
  | { readonly kind: "message"; readonly message: MessageType }
  /** Its schema is missing. */
  | { readonly kind: "unknown" };

export interface FieldType {
  readonly name: string;
  readonly value: ValueType;
  readonly repeated: boolean;
  /** Of a map the type of its keys. */
  readonly key?: ScalarType;
}
