import { t } from "@vscode/l10n";
import type { Format } from "../../protocol/body.ts";

/** A format's name for people. */
export function formatWord(format: Format): string {
  switch (format) {
    case "json":
      return "JSON";
    case "xml":
      return "XML";
    case "text":
      return t("Text");
    case "msgpack":
      return "MessagePack";
    case "cbor":
      return "CBOR";
    case "protobuf":
      return "Protobuf";
    case "avro":
      return "Avro";
    case "image":
      return t("Image");
    case "hex":
      return t("Bytes");
    default:
      return format satisfies never;
  }
}
