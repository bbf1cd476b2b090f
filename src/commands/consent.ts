/** Asking for what the guard of a connection wants: see `Consent` in the contract. */
import { t } from "@vscode/l10n";
import type { Consent, Effect, Node } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import { textOf } from "../broker/form.ts";
import type { Field, Form, Values } from "../broker/form.ts";
import type { Connection } from "../connections/connections.ts";
import { wantsTyping } from "../connections/guardRules.ts";

/** The name that has to be typed before this; undefined = none. */
export function nameToType(
  connection: Connection,
  node: Pick<Node, "name">,
  effects: readonly Effect[],
): string | undefined {
  return wantsTyping(connection.rules, effects) ? node.name : undefined;
}

/** The consent of somebody who agreed, and typed the name where that was asked for. */
export function consentOf(typed: string | undefined): Consent {
  return typed === undefined ? {} : { typed };
}

/** The form with a field for the name. */
export function withTypedField(form: Form, typed: string | undefined): Form {
  return typed === undefined ? form : { ...form, fields: [...form.fields, typedField(typed)] };
}

/** The values without those of that field. @throws BrokerError `invalid` when the name was not typed */
export function withoutTyped(values: Values, typed: string | undefined): Values {
  if (typed !== undefined && textOf(values, typedName) !== typed.trim()) {
    const sentence = t("This is production. Type “{name}” to go on.", { name: typed });
    throw new BrokerError("invalid", sentence, { field: typedName });
  }
  return Object.fromEntries(Object.entries(values).filter(([each]) => each !== typedName));
}

const typedName = "confirmName";

function typedField(name: string): Field {
  return {
    name: typedName,
    label: t("Type the name to go on"),
    type: "text",
    required: true,
    placeholder: name,
    help: t("This is production."),
  };
}
