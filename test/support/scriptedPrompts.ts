import assert from "node:assert/strict";
import type {
  FormQuestion,
  InputQuestion,
  PickedFile,
  PickQuestion,
  PromptAction,
  Prompts,
  ReportProgress,
} from "../../src/commands/prompts.ts";
import { sentenceOf } from "../../src/broker/errors.ts";

type ConfirmQuestion = Parameters<Prompts["confirm"]>[0];

/** One answer, given in advance. A text picks or chooses by label; undefined = the user changes their mind. */
export type Answer =
  | { readonly to: "input"; readonly with: string | undefined | ((question: InputQuestion) => string | undefined) }
  | { readonly to: "pick"; readonly with: string | undefined }
  | { readonly to: "choose"; readonly with: string | undefined }
  | { readonly to: "confirm"; readonly with: boolean | string }
  | { readonly to: "form"; readonly with: (question: FormQuestion) => Promise<void> }
  | { readonly to: "file"; readonly with: PickedFile | undefined };

type AnswerTo<K extends Answer["to"]> = Extract<Answer, { readonly to: K }>["with"];

/** What was asked or told. */
export interface Asked {
  readonly kind: Answer["to"] | "progress" | "done" | "inform" | "warn" | "fail";
  /** Title, prompt or sentence. */
  readonly text: string;
  readonly question?: unknown;
  readonly actions?: readonly PromptAction[];
}

/** A user who answers in the order given, and a record of all that they saw. */
export class ScriptedPrompts implements Prompts {
  readonly asked: Asked[] = [];
  readonly #answers: Answer[];
  #broken: Error | undefined;
  /** Aborted = the user cancels the next progress. */
  cancelProgress = false;

  constructor(...answers: readonly Answer[]) {
    this.#answers = [...answers];
  }

  then(...answers: readonly Answer[]): void {
    this.#answers.push(...answers);
  }

  /** Every answer was wanted, and no assertion of an answer was shown to the user instead of failing the test. */
  finish(): void {
    if (this.#broken) throw this.#broken;
    assert.deepEqual(
      this.#answers.map(({ to }) => to),
      [],
      "answers that nobody asked for",
    );
  }

  /** All that was on the screen, as one text. */
  get screen(): string {
    return this.asked.map((each) => `${each.kind}: ${each.text} ${shown(each.question)}`).join("\n");
  }

  told(kind: Asked["kind"]): readonly string[] {
    return this.asked.filter((each) => each.kind === kind).map(({ text }) => text);
  }

  /** Presses a button of the last notification. */
  async press(label: string): Promise<void> {
    const action = this.asked.findLast(({ actions }) => actions?.length)?.actions?.find((each) => each.label === label);
    assert.ok(action, `no button ${label}`);
    await action.run();
  }

  async input(question: InputQuestion): Promise<string | undefined> {
    const answer = this.#next("input", `${question.title} ${question.prompt ?? ""}`, question);
    const text = typeof answer === "function" ? answer(question) : answer;
    if (text !== undefined) assert.equal(question.validate?.(text), undefined, `input refused: ${text}`);
    return text;
  }

  async pick<T>(question: PickQuestion<T>): Promise<T | undefined> {
    const label = this.#next("pick", `${question.title} ${question.placeholder ?? ""}`, question);
    return byLabel(question.items, label);
  }

  async choose<T>(
    question: Parameters<Prompts["choose"]>[0] & {
      readonly choices: readonly { readonly label: string; readonly value: T }[];
    },
  ): Promise<T | undefined> {
    const label = this.#next("choose", `${question.message}\n${question.detail ?? ""}`, question);
    return byLabel(question.choices, label);
  }

  async confirm(question: ConfirmQuestion): Promise<boolean> {
    const answer = this.#next("confirm", `${question.message}\n${question.detail ?? ""}`, question);
    return typeof answer === "string" ? answer === question.typed : answer && question.typed === undefined;
  }

  async form(question: FormQuestion): Promise<void> {
    await this.#next("form", question.form.title, question)(question);
  }

  async file(question: { readonly title: string }): Promise<PickedFile | undefined> {
    return this.#next("file", question.title, question);
  }

  async progress<T>(title: string, task: (report: ReportProgress, signal: AbortSignal) => Promise<T>): Promise<T> {
    this.asked.push({ kind: "progress", text: title });
    const abort = new AbortController();
    const running = task(() => undefined, abort.signal);
    if (this.cancelProgress) {
      this.cancelProgress = false;
      abort.abort();
    }
    return running;
  }

  done(sentence: string): void {
    this.asked.push({ kind: "done", text: sentence });
  }

  inform(sentence: string, ...actions: readonly PromptAction[]): void {
    this.asked.push({ kind: "inform", text: sentence, actions });
  }

  warn(sentence: string, ...actions: readonly PromptAction[]): void {
    this.asked.push({ kind: "warn", text: sentence, actions });
  }

  fail(error: unknown, ...actions: readonly PromptAction[]): void {
    if (error instanceof assert.AssertionError) this.#broken ??= error;
    this.asked.push({ kind: "fail", text: sentenceOf(error), actions });
  }

  #next<K extends Answer["to"]>(kind: K, text: string, question: unknown): AnswerTo<K> {
    this.asked.push({ kind, text, question });
    const answer = this.#answers.shift();
    assert.ok(answer, `nobody answers the ${kind}: ${text}`);
    assert.equal(answer.to, kind, `asked by ${kind}: ${text}`);
    return answer.with as AnswerTo<K>;
  }
}

export const input = (answer: Extract<Answer, { to: "input" }>["with"]): Answer => ({ to: "input", with: answer });
export const pick = (label: string | undefined): Answer => ({ to: "pick", with: label });
export const choose = (label: string | undefined): Answer => ({ to: "choose", with: label });
/** A text is typed where a name has to be typed. */
export const confirm = (answer: boolean | string): Answer => ({ to: "confirm", with: answer });
export const file = (answer: PickedFile | undefined): Answer => ({ to: "file", with: answer });
export const form = (fill: (question: FormQuestion) => Promise<void>): Answer => ({ to: "form", with: fill });

function byLabel<T>(
  items: readonly { readonly label: string; readonly value: T }[],
  label: string | undefined,
): T | undefined {
  if (label === undefined) return undefined;
  const item = items.find((each) => each.label === label);
  assert.ok(item, `no "${label}" among ${items.map((each) => each.label).join(", ")}`);
  return item.value;
}

function shown(question: unknown): string {
  if (question === undefined) return "";
  return JSON.stringify(question, (_, value: unknown) => (typeof value === "function" ? undefined : value));
}
