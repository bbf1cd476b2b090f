/** How commands talk to the user, with VS Code's own boxes, notifications and dialogs. */
import { basename } from "node:path";
import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import type { Values } from "../broker/form.ts";
import type {
  FormQuestion,
  InputQuestion,
  PickedFile,
  PickItem,
  PickQuestion,
  PromptAction,
  Prompts,
  ReportProgress,
} from "../commands/prompts.ts";
import type { Log } from "./log.ts";

export interface PromptsDeps {
  readonly log: Log;
  readonly askForm: (question: FormQuestion) => Promise<void>;
}

/** How long a fleeting sentence stays, in milliseconds. */
const fleeting = 6000;

export class VsCodePrompts implements Prompts {
  readonly #deps: PromptsDeps;

  constructor(deps: PromptsDeps) {
    this.#deps = deps;
  }

  /** The same prompts, whose forms start with these values where they have such fields. */
  withValues(values: Values): VsCodePrompts {
    const { askForm } = this.#deps;
    return new VsCodePrompts({
      ...this.#deps,
      askForm: (question) => {
        const fields = new Set(question.form.fields.map(({ name }) => name));
        const own = Object.entries(values).filter(([name]) => fields.has(name));
        return askForm({ ...question, values: { ...Object.fromEntries(own), ...question.values } });
      },
    });
  }

  input(question: InputQuestion): Promise<string | undefined> {
    const box = vscode.window.createInputBox();
    box.title = question.title;
    box.prompt = question.prompt ?? "";
    box.placeholder = question.placeholder ?? "";
    box.value = question.value ?? "";
    box.password = question.password ?? false;
    // What was typed survives a look into another window.
    box.ignoreFocusOut = true;
    stepOf(box, question.step);
    box.validationMessage = question.problem;
    const problem = (): string | undefined => question.validate?.(box.value);
    return new Promise((resolve) => {
      box.onDidChangeValue(() => {
        box.validationMessage = problem();
      });
      box.onDidAccept(() => {
        box.validationMessage = problem();
        if (box.validationMessage) return;
        resolve(box.value);
        box.hide();
      });
      box.onDidHide(() => {
        resolve(undefined);
        box.dispose();
      });
      box.show();
    });
  }

  pick<T>(question: PickQuestion<T>): Promise<T | undefined> {
    type Item = vscode.QuickPickItem & { readonly of: PickItem<T> };
    const quick = vscode.window.createQuickPick<Item>();
    quick.title = question.title;
    quick.placeholder = question.placeholder ?? "";
    quick.matchOnDescription = true;
    quick.matchOnDetail = true;
    quick.ignoreFocusOut = question.step !== undefined;
    stepOf(quick, question.step);
    quick.items = question.items.map((of) => {
      const item: Item = { label: plain(of.label), of };
      if (of.description !== undefined) item.description = plain(of.description);
      if (of.detail !== undefined) item.detail = plain(of.detail);
      return item;
    });
    return new Promise((resolve) => {
      quick.onDidAccept(() => {
        const [item] = quick.selectedItems;
        if (!item) return;
        resolve(item.of.value);
        quick.hide();
      });
      quick.onDidHide(() => {
        resolve(undefined);
        quick.dispose();
      });
      quick.show();
    });
  }

  async confirm({ message, detail, act, typed }: Parameters<Prompts["confirm"]>[0]): Promise<boolean> {
    const answer = await vscode.window.showWarningMessage(
      message,
      { modal: true, ...(detail !== undefined && { detail }) },
      act,
    );
    if (answer !== act) return false;
    if (typed === undefined) return true;
    const text = await this.input({
      title: message,
      prompt: t("Type “{typed}” to go on.", { typed }),
      validate: (value) => (value === typed ? undefined : t("Type “{typed}” exactly.", { typed })),
    });
    return text === typed;
  }

  async choose<T>({
    message,
    detail,
    choices,
  }: {
    readonly message: string;
    readonly detail?: string;
    readonly choices: readonly { readonly label: string; readonly value: T }[];
  }): Promise<T | undefined> {
    const items = choices.map(({ label, value }) => ({ title: label, value }));
    const options = { modal: true, ...(detail !== undefined && { detail }) };
    return (await vscode.window.showWarningMessage(message, options, ...items))?.value;
  }

  form(question: FormQuestion): Promise<void> {
    return this.#deps.askForm(question);
  }

  async file({ title, open }: { readonly title: string; readonly open: string }): Promise<PickedFile | undefined> {
    const [uri] = (await vscode.window.showOpenDialog({ title, openLabel: open, canSelectMany: false })) ?? [];
    if (!uri) return undefined;
    return { path: uri.fsPath, name: basename(uri.path), bytes: await vscode.workspace.fs.readFile(uri) };
  }

  async progress<T>(title: string, task: (report: ReportProgress, signal: AbortSignal) => Promise<T>): Promise<T> {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return vscode.window.withProgress(options, async (progress, token) => {
      const abort = new AbortController();
      const listening = token.onCancellationRequested(() => {
        abort.abort();
      });
      try {
        return await task((message, percentMore) => {
          progress.report({ message, ...(percentMore !== undefined && { increment: percentMore }) });
        }, abort.signal);
      } finally {
        listening.dispose();
      }
    });
  }

  done(sentence: string): void {
    this.#deps.log.info(sentence);
    vscode.window.setStatusBarMessage(`$(check) ${plain(sentence)}`, fleeting);
  }

  inform(sentence: string, ...actions: readonly PromptAction[]): void {
    this.#deps.log.info(sentence);
    this.#tell(vscode.window.showInformationMessage, sentence, actions);
  }

  warn(sentence: string, ...actions: readonly PromptAction[]): void {
    this.#deps.log.warn(sentence);
    this.#tell(vscode.window.showWarningMessage, sentence, actions);
  }

  fail(error: unknown, ...actions: readonly PromptAction[]): void {
    this.#deps.log.error(wholeOf(error));
    const showLog: PromptAction = {
      label: t("Show Log"),
      run: () => {
        this.#deps.log.show(true);
      },
    };
    this.#tell(vscode.window.showErrorMessage, sentenceOf(error), [...actions, showLog]);
  }

  #tell(
    show: (message: string, ...items: readonly string[]) => Thenable<string | undefined>,
    sentence: string,
    actions: readonly PromptAction[],
  ): void {
    const answered = async (): Promise<void> => {
      const label = await show(sentence, ...actions.map((action) => action.label));
      await actions.find((action) => action.label === label)?.run();
    };
    answered().catch((error: unknown) => {
      this.fail(error);
    });
  }
}

/** For the log: the kind, the sentence, and what the client said below it. */
function wholeOf(error: unknown): string {
  if (!(error instanceof Error)) return sentenceOf(error);
  const head = error instanceof BrokerError ? `${error.kind}: ${error.message}` : (error.stack ?? error.message);
  return error.cause === undefined ? head : `${head}\n  ${sentenceOf(error.cause)}`;
}

function stepOf(box: vscode.QuickInput, step: InputQuestion["step"]): void {
  if (!step) return;
  box.step = step.at;
  box.totalSteps = step.of;
}

/** Names come from outside; VS Code would draw "$(name)" as an icon. */
function plain(text: string): string {
  return text.replaceAll("$(", "$\u200b(");
}
