import type { Node } from "../broker/contract.ts";
import type { Form } from "../broker/form.ts";
import type { Prompts } from "./prompts.ts";

/** The only form, or the one that the user picks. Undefined when there is none or they changed their mind. */
export async function pickForm(prompts: Prompts, forms: readonly Form[], node: Node): Promise<Form | undefined> {
  if (forms.length <= 1) return forms[0];
  return prompts.pick({
    title: node.name,
    items: forms.map((form) => ({ label: form.title, ...(form.note && { detail: form.note }), value: form })),
  });
}
