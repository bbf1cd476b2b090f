import { t } from "@vscode/l10n";
import * as vscode from "vscode";

/** What is written for a person who looks why something went wrong: never bodies, secrets or addresses with a login. */
export interface Log {
  info(sentence: string): void;
  warn(sentence: string): void;
  error(error: string | Error): void;
  /** @param preserveFocus leaves the focus where it is */
  show(preserveFocus?: boolean): void;
}

/** The output channel, made with the first line: a window that does nothing with the extension writes none. */
export class OutputLog implements Log, vscode.Disposable {
  #channel: vscode.LogOutputChannel | undefined;

  info(sentence: string): void {
    this.#made().info(sentence);
  }

  warn(sentence: string): void {
    this.#made().warn(sentence);
  }

  error(error: string | Error): void {
    this.#made().error(error);
  }

  show(preserveFocus = false): void {
    this.#made().show(preserveFocus);
  }

  dispose(): void {
    this.#channel?.dispose();
  }

  #made(): vscode.LogOutputChannel {
    this.#channel ??= vscode.window.createOutputChannel(t("MQ Workbench"), { log: true });
    return this.#channel;
  }
}
