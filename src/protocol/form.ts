/** What the form page (create a queue, edit a connection …) and its host say to each other. */
import type { Check, Effect } from "../broker/contract.ts";
import type { Form, Values } from "../broker/form.ts";
import type { ConnectionBadge } from "./common.ts";

/** Page → host. */
export interface FormHostCalls {
  hello(): FormState;
  /** The host closes the panel when it worked; rejects with a sentence, and the field at fault, when not. */
  submit(values: Values): void;
  /** Only where `canTest`. */
  test(values: Values): readonly Check[];
  /** Asks for a secret in VS Code's own input box, so that it never enters a page. @returns the new state */
  askSecret(of: { readonly name: string }): readonly SecretState[];
  cancel(): void;
}

/** Host → page. */
export interface FormViewCalls {
  state(state: FormState): void;
}

export interface FormState {
  readonly form: Form;
  readonly values: Values;
  readonly connection?: ConnectionBadge;
  readonly effects: readonly Effect[];
  readonly canTest: boolean;
  readonly secrets: readonly SecretState[];
}

export interface SecretState {
  readonly name: string;
  /** "Password" */
  readonly label: string;
  readonly set: boolean;
}
