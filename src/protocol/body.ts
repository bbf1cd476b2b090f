/** What the inspector page and its host say to each other about one body: how it was decoded, and its parts. */

/** How a body was packed. */
export const encodings = ["none", "gzip", "deflate", "br", "zstd"] as const;
export type Encoding = (typeof encodings)[number];

/** What a body can be read as. */
export const formats = ["json", "xml", "text", "msgpack", "cbor", "protobuf", "avro", "image", "hex"] as const;
export type Format = (typeof formats)[number];

/** What the user decided instead of the chain; what is absent is decided by the chain. */
export interface BodyChoice {
  readonly encoding?: Encoding;
  readonly format?: Format;
  /** For text, JSON and XML: a label of the Encoding Standard, such as "windows-1252". */
  readonly charset?: string;
  /** For Protobuf the message, for Avro the schema: an `id` of {@link BodyTypes}. For Protobuf absent = without a schema. */
  readonly type?: string;
}

/** One decision on the way from bytes to what is shown. */
export interface BodyStep {
  /** What was decided: how it is packed, what the content type says, what the first bytes say … */
  readonly stage: "encoding" | "type" | "bytes" | "schema" | "format" | "charset" | "note";
  readonly outcome: "ok" | "failed" | "skipped";
  /** What was decided, or why it failed. */
  readonly sentence: string;
}

/** A body as the page gets it: the beginning of its text, its dump, and how it became that. */
export interface BodyView {
  /** The true size as it arrived, in bytes; `kept` is less when it was too large to keep whole. */
  readonly size: number;
  readonly kept: number;
  readonly format: Exclude<Format, "hex"> | "binary" | "empty";
  /** Readable text, indented where the format allows; cut for the page, see `cut`. Absent for binary. */
  readonly text?: string;
  /** Whether `text` is JSON, to be coloured as such: also what was decoded from a binary format. */
  readonly language: "json" | "xml" | "plaintext";
  /** As it arrived, not indented. Absent for what arrived as binary. */
  readonly raw?: string;
  /** A dump of the (decoded) bytes: offset, 16 bytes in hex, text. */
  readonly hex: string;
  /** Whether text, raw or hex show less than there is. The editor shows all. */
  readonly cut: boolean;
  /** Whether there is a tree: see `bodyNodes`. */
  readonly tree: boolean;
  /** How the bytes became this, in order. */
  readonly steps: readonly BodyStep[];
  /** What the user decided for this source. */
  readonly choice: BodyChoice;
}

/** A place in the tree of a body: the position of each child on the way, from the root; [] is the root. */
export type NodePath = readonly number[];

/** One value in the tree. */
export interface BodyNode {
  /** As it is written in its object; absent in an array and for the root. Cut when long. */
  readonly name?: string;
  /** The value as text, exact unless cut; for a container what it is besides its brackets: "", "tag 32". */
  readonly text: string;
  /** "string", "int", "timestamp", "bytes": what it was in its format. */
  readonly type: string;
  /** How it is coloured. */
  readonly kind: "string" | "number" | "word" | "other" | "object" | "array";
  /** Characters or bytes that were left out of `text`. */
  readonly more?: number;
  /** Of a container: how many children it has. */
  readonly count?: number;
}

/** Some of the children of a container. */
export interface BodyNodes {
  /** All that there are. */
  readonly total: number;
  readonly from: number;
  readonly nodes: readonly BodyNode[];
  /** Why what follows could not be read. */
  readonly problem?: string;
}

/** What the workspace's schema files define. */
export interface BodyTypes {
  readonly protobuf: readonly BodyType[];
  readonly avro: readonly BodyType[];
  /** Files that could not be read: file, line and reason. */
  readonly problems: readonly string[];
}

export interface BodyType {
  readonly id: string;
  /** "shop.Order" */
  readonly name: string;
  /** The file, relative to the workspace. */
  readonly file: string;
}

/** An image whose first bytes say what it is. */
export interface BodyImage {
  readonly type: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly bytes: ArrayBuffer;
}

/** Page → host. All of them throw `missing` for a message that is no longer kept. */
export interface BodyHostCalls {
  /** The children `from` … `from + count - 1` of a container; with an empty path and `root` the root itself. */
  bodyNodes(of: {
    readonly seq: number;
    readonly path: NodePath;
    readonly from: number;
    readonly count: number;
    readonly root?: boolean;
  }): BodyNodes;
  /** Puts a value, or the way to it, on the clipboard. */
  copyBodyNode(what: { readonly seq: number; readonly path: NodePath; readonly part: "value" | "path" }): void;
  bodyImage(of: { readonly seq: number }): BodyImage;
  /** Decides for this source, from now on; `{}` leaves it to the chain again. Ask for the detail anew. */
  chooseBody(choice: BodyChoice): void;
  bodyTypes(): BodyTypes;
}
