import { t } from "@vscode/l10n";
import type { Draft } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import { type Header, hasHalfPair, type Value } from "../broker/values.ts";

/**
 * Refuses a draft with a text that has no bytes: every client would send something else in its place, without a word.
 * @throws BrokerError `invalid` with the field at fault
 */
export function checkTexts({ key, contentType, contentEncoding, properties, headers }: Draft): void {
  check(key, "key", "key");
  check(contentType, "contentType", "contentType");
  check(contentEncoding, "contentEncoding", "contentEncoding");
  for (const [name, value] of Object.entries(properties)) {
    check(name, name, name);
    check(value, name, name);
  }
  checkHeaders(headers);
}

function checkHeaders(headers: readonly Header[]): void {
  for (const { name, value } of headers) {
    check(name, name, "headers");
    checkValue(name, value);
  }
}

function checkValue(name: string, value: Value): void {
  if (value.type === "table") checkHeaders(value.entries);
  else if (value.type === "array") for (const item of value.items) checkValue(name, item);
  else if (value.type === "string") check(value.value, name, "headers");
}

function check(text: string | undefined, name: string, field: string): void {
  if (text === undefined || !hasHalfPair(text)) return;
  throw new BrokerError(
    "invalid",
    t("The text of “{name}” holds half of a surrogate pair: no bytes stand for that. Remove that character.", {
      name: name.replaceAll(/\p{Surrogate}/gu, "\ufffd"),
    }),
    { field },
  );
}
