/** Messages and their bodies as read-only documents. */
import { t } from "@vscode/l10n";
import * as vscode from "vscode";

export const messageScheme = "mq-message";

export interface MessageDocument {
  /** Tells documents of the same name apart: the same `owner` and `name` are the same document. */
  readonly owner: string;
  /** Without an ending: "orders-17". */
  readonly name: string;
  readonly text: string;
  /** A language id of VS Code. */
  readonly language: string;
}

const endings: Readonly<Record<string, string>> = { json: ".json", xml: ".xml", html: ".html", plaintext: ".txt" };

/** Keeps the text of each as long as its document is open, so that closing the panel that it came from does not break it. */
export class MessageDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registrations: readonly vscode.Disposable[];

  constructor() {
    this.#registrations = [
      vscode.workspace.registerTextDocumentContentProvider(messageScheme, this),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document.uri.scheme === messageScheme) this.#forgetClosed(document.uri);
      }),
    ];
  }

  async open(what: MessageDocument): Promise<void> {
    const uri = this.#keep(what);
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.languageId !== what.language) await vscode.languages.setTextDocumentLanguage(document, what.language);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  /** Shows the differences of two texts. */
  async compare(left: Omit<MessageDocument, "language">, right: Omit<MessageDocument, "language">): Promise<void> {
    // Under a name of its own: the body of the same message may be open as a document too.
    const [one, other] = [left, right].map((what) =>
      this.#keep({ ...what, owner: `${what.owner}/compared`, language: "plaintext" }),
    );
    const title = t("{left} ↔ {right}", { left: left.name, right: right.name });
    await vscode.commands.executeCommand("vscode.diff", one, other, title, { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? t("This message is no longer kept. Open it again from its inspector.");
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
    this.#changed.dispose();
    this.#texts.clear();
  }

  #keep(what: MessageDocument): vscode.Uri {
    const uri = vscode.Uri.from({
      scheme: messageScheme,
      path: `/${what.owner}/${fileName(what.name)}${endings[what.language] ?? ".txt"}`,
    });
    const key = uri.toString();
    this.#texts.set(key, what.text);
    // One that is open already shows the new text.
    if (vscode.workspace.textDocuments.some((document) => document.uri.toString() === key)) this.#changed.fire(uri);
    return uri;
  }

  /** A change of language closes a document and opens it again: asked once it is over. */
  #forgetClosed(uri: vscode.Uri): void {
    setTimeout(() => {
      const key = uri.toString();
      if (!vscode.workspace.textDocuments.some((document) => document.uri.toString() === key)) this.#texts.delete(key);
    });
  }
}

/** A queue may have any name; a file may not. */
function fileName(name: string): string {
  return name.replaceAll(/[\\/:*?"<>|\s\p{Cc}]+/gu, "-").slice(-80);
}
