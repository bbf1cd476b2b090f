/** What happens to a body when its format is changed. */
import { t } from "@vscode/l10n";
import type { BodyFormat, DraftText } from "../../src/protocol/publish.ts";

/** The same bytes in another format; a sentence when they cannot be shown so. Files are not converted. */
export function convertedBody(
  draft: DraftText,
  to: BodyFormat,
): { readonly body: string } | { readonly problem: string } {
  if (draft.format === to || isText(draft.format) === isText(to)) return { body: draft.body };
  if (to === "hex") return { body: hexOf(new TextEncoder().encode(draft.body)) };
  const bytes = bytesOf(draft.body);
  if (!bytes) return { problem: t("Complete the hex digits first.") };
  try {
    return { body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { problem: t("These bytes are not UTF-8 text. They can be edited in hex only.") };
  }
}

/** How many bytes are sent; undefined when nobody knows here. */
export function bodySize(draft: DraftText): number | undefined {
  switch (draft.format) {
    case "json":
    case "text":
      return new TextEncoder().encode(draft.body).length;
    case "hex":
      return bytesOf(draft.body)?.length;
    case "file":
      return undefined;
    default:
      return draft.format satisfies never;
  }
}

/** What is wrong with hex digits, while they are typed. */
export function hexProblem(text: string): string | undefined {
  const digits = digitsOf(text);
  const stranger = /[^0-9a-f]/i.exec(digits)?.[0];
  if (stranger !== undefined) return t("“{stranger}” is not a hex digit. Use 0 to 9 and a to f.", { stranger });
  if (digits.length % 2 === 0) return undefined;
  return t("Half a byte is missing: there are {count} hex digits.", { count: digits.length });
}

function isText(format: BodyFormat): boolean {
  return format === "json" || format === "text";
}

function digitsOf(text: string): string {
  return text.replaceAll(/0x|[\s,:]/gi, "");
}

function bytesOf(text: string): Uint8Array | undefined {
  const digits = digitsOf(text);
  if (digits.length % 2 === 1 || /[^0-9a-f]/i.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
