import type { Format } from "../../protocol/body.ts";

/** What a content type says of a body. */
export interface TypeClaim {
  /** As it was written. */
  readonly text: string;
  /** undefined when it says nothing that helps. */
  readonly format: Format | undefined;
  readonly charset: string | undefined;
  /** The name of the message or schema, where it stands in a parameter. */
  readonly message: string | undefined;
}

/** Reads a content type, with its parameters. */
export function claimOf(contentType: string | undefined): TypeClaim {
  const text = contentType ?? "";
  const type = text.split(";")[0]?.trim().toLowerCase() ?? "";
  return {
    text,
    format: formatOf(type),
    charset: parameter(text, "charset"),
    message:
      parameter(text, "messagetype") ??
      parameter(text, "message") ??
      parameter(text, "proto") ??
      parameter(text, "schema"),
  };
}

function formatOf(type: string): Format | undefined {
  if (/[/+](?:[\w.-]*[.-])?json$/.test(type)) return "json";
  if (/[/+]xml$/.test(type)) return "xml";
  if (/[/+.-]msgpack$/.test(type) || type.endsWith("/messagepack")) return "msgpack";
  if (/[/+]cbor$/.test(type)) return "cbor";
  if (/protobuf|[/+]x?-?proto$|google\.protobuf/.test(type)) return "protobuf";
  if (/avro/.test(type)) return "avro";
  if (type.startsWith("text/")) return "text";
  if (type.startsWith("image/")) return "image";
  return undefined;
}

function parameter(text: string, name: string): string | undefined {
  for (const part of text.split(";").slice(1)) {
    const [key, value] = part.split("=");
    if (key?.trim().toLowerCase() === name && value !== undefined)
      return value.trim().replaceAll(/^"|"$/g, "") || undefined;
  }
  return undefined;
}
