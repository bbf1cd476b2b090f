import { t } from "@vscode/l10n";
import type { Draft } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { type Header, scalarProblem, type ScalarType, type Value } from "../../broker/values.ts";

const propertyTypes: Readonly<Record<string, ScalarType>> = {
  messageId: "string",
  correlationId: "string",
  replyTo: "string",
  type: "string",
  appId: "string",
  userId: "string",
  priority: "uint8",
  expiration: "uint32",
  timestamp: "timestamp",
};

/** @throws BrokerError `invalid` with the field at fault */
export function checkDraft(draft: Draft): void {
  if (Buffer.byteLength(draft.key ?? "") > 255)
    throw new BrokerError("invalid", t("A routing key has at most 255 bytes."), { field: "key" });
  for (const [name, value] of Object.entries(draft.properties)) {
    const type = propertyTypes[name];
    if (type === undefined)
      throw new BrokerError("invalid", t("There is no message property “{name}”.", { name }), { field: name });
    if (value !== "" && scalarProblem(type, value))
      throw new BrokerError("invalid", t("“{value}” is not a valid {name}.", { value, name }), { field: name });
  }
  checkTable(draft.headers, "headers");
}

/** @throws BrokerError `invalid` for `field` */
export function checkTable(headers: readonly Header[], field: string): void {
  const names = new Set<string>();
  for (const { name, value } of headers) {
    if (name === "") throw new BrokerError("invalid", t("A header or argument has no name."), { field });
    if (names.has(name))
      throw new BrokerError("invalid", t("“{name}” is there twice: a name can be used once only.", { name }), {
        field,
      });
    names.add(name);
    checkValue(name, value, field);
  }
}

function checkValue(name: string, value: Value, field: string): void {
  if (value.type === "array") for (const item of value.items) checkValue(name, item, field);
  else if (value.type === "table") checkTable(value.entries, field);
  else if (scalarProblem(value.type, value.value))
    throw new BrokerError("invalid", t("The value of “{name}” is not a valid {type}.", { name, type: value.type }), {
      field,
    });
}
