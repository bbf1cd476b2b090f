/** How commands talk to the user. `views/prompts.ts` does it with VS Code; tests do it with answers given in advance. */
import type { Check, Effect } from "../broker/contract.ts";
import type { Form, Values } from "../broker/form.ts";

/** Every question resolves to undefined (or false) when the user changes their mind: that is never an error. */
export interface Prompts {
  /** One line of text. `password` hides it. */
  input(question: InputQuestion): Promise<string | undefined>;
  pick<T>(question: PickQuestion<T>): Promise<T | undefined>;
  /** A modal question before something that cannot be undone. `typed` = this text has to be typed to go on. */
  confirm(question: {
    readonly message: string;
    readonly detail?: string;
    readonly act: string;
    readonly typed?: string;
  }): Promise<boolean>;
  /** A modal message with several ways on. */
  choose<T>(question: {
    readonly message: string;
    readonly detail?: string;
    readonly choices: readonly { readonly label: string; readonly value: T }[];
  }): Promise<T | undefined>;
  /** A form with fields on a page of its own; `submit` runs before it closes, and what it throws is shown in the form. */
  form(question: FormQuestion): Promise<void>;
  file(question: { readonly title: string; readonly open: string }): Promise<PickedFile | undefined>;
  /** A notification with a bar and a cancel button. */
  progress<T>(title: string, task: (report: ReportProgress, signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Fleeting, in the status bar. */
  done(sentence: string): void;
  inform(sentence: string, ...actions: readonly PromptAction[]): void;
  warn(sentence: string, ...actions: readonly PromptAction[]): void;
  /** The sentence of a failure; the whole of it goes to the log. */
  fail(error: unknown, ...actions: readonly PromptAction[]): void;
}

export type ReportProgress = (message: string, percentMore?: number) => void;

export interface PromptAction {
  readonly label: string;
  run(): unknown;
}

export interface InputQuestion {
  readonly title: string;
  readonly prompt?: string;
  readonly placeholder?: string;
  readonly value?: string;
  /** What is wrong with `value`, as a sentence, until it is changed. */
  readonly problem?: string;
  readonly password?: boolean;
  readonly step?: { readonly at: number; readonly of: number };
  /** A sentence about what is wrong with the text, or undefined. */
  validate?(text: string): string | undefined;
}

export interface PickQuestion<T> {
  readonly title: string;
  readonly placeholder?: string;
  readonly step?: { readonly at: number; readonly of: number };
  readonly items: readonly PickItem<T>[];
}

export interface PickItem<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: T;
}

export interface FormQuestion {
  readonly form: Form;
  readonly values?: Values;
  readonly effects?: readonly Effect[];
  /** The id of the connection that the form belongs to, for its badge. */
  readonly connection?: string;
  readonly secrets?: readonly SecretQuestion[];
  submit(values: Values): Promise<void>;
  test?(values: Values): Promise<readonly Check[]>;
}

/** A secret is asked by VS Code's own input box and never enters a page. */
export interface SecretQuestion {
  readonly name: string;
  readonly label: string;
  isSet(): boolean;
  ask(): Promise<void>;
}

export interface PickedFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}
