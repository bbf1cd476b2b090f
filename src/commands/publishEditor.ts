import { t } from "@vscode/l10n";
import type { Node, Receipt } from "../broker/contract.ts";
import type { Connection, Connections } from "../connections/connections.ts";
import type { DraftText } from "../protocol/publish.ts";
import { draftOf, emptyDraft, receiptSentence } from "./draft.ts";
import type { DraftHistory } from "./draftHistory.ts";
import { pickConnection } from "./pickConnection.ts";
import type { PromptAction, Prompts } from "./prompts.ts";

export interface PublishEditorDeps {
  readonly prompts: Prompts;
  readonly connections: Connections;
  readonly history: DraftHistory;
  /** Asks for a queue or an exchange; undefined when the user changed their mind. */
  pickTarget(connection: Connection): Promise<Node | undefined>;
  /** Opens the publish panel. */
  openDraft(connection: Connection, node: Node, draft: DraftText): Promise<void>;
}

/** What is in an editor, or selected there, exactly as it is to be sent. */
export interface EditorText {
  readonly text: string;
  /** VS Code's language id. */
  readonly languageId: string;
  /** Tells documents apart: the URI. */
  readonly document: string;
}

interface Target {
  readonly connection: string;
  readonly node: Node;
}

/** Sends what is in an editor as one message, and offers the last target of that document first. */
export class PublishEditor {
  readonly #deps: PublishEditorDeps;
  readonly #last = new Map<string, Target>();

  constructor(deps: PublishEditorDeps) {
    this.#deps = deps;
  }

  /** Confirmed; what became of it is told with a way on. Failures are told, never thrown. */
  async run(editor: EditorText): Promise<void> {
    try {
      const target = (await this.#lastTarget(editor)) ?? (await this.#pickTarget());
      if (target === undefined || target === "cancelled") return;
      await this.#send(editor, target.connection, target.node);
    } catch (error) {
      this.#deps.prompts.fail(error);
    }
  }

  async #send(editor: EditorText, connection: Connection, node: Node): Promise<void> {
    const { history, prompts } = this.#deps;
    const draft = editorDraft(editor);
    this.#last.set(editor.document, { connection: connection.id, node });
    const open: PromptAction = {
      label: t("Open as Draft"),
      run: () => this.#deps.openDraft(connection, node, draft),
    };
    let receipt: Receipt;
    try {
      const session = await connection.connect();
      const [form] = await session.forms(node, "publish");
      receipt = await session.publish(node, await draftOf(draft, nothingToRead, form?.lacks));
    } catch (error) {
      prompts.fail(error, open);
      return;
    }
    history.add(connection.id, { target: node, draft, outcome: receipt.outcome, count: 1 });
    const sentence = receiptSentence(receipt, node.name);
    if (receipt.outcome === "routed") prompts.inform(sentence, open);
    else prompts.warn(sentence, open);
  }

  async #lastTarget(editor: EditorText): Promise<{ connection: Connection; node: Node } | "cancelled" | undefined> {
    const last = this.#last.get(editor.document);
    const connection = last && this.#deps.connections.get(last.connection);
    if (!connection) return undefined;
    const { name } = connection.profile;
    const again = await this.#deps.prompts.pick({
      title: t("Publish"),
      placeholder: t("Where to?"),
      items: [
        {
          label: t("{target} on {connection}", { target: last.node.name, connection: name }),
          description: t("as last time"),
          value: true,
        },
        { label: t("Another target…"), value: false },
      ],
    });
    if (again === undefined) return "cancelled";
    return again ? { connection, node: last.node } : undefined;
  }

  async #pickTarget(): Promise<{ connection: Connection; node: Node } | undefined> {
    const all = this.#deps.connections.all();
    const only = all.length === 1 ? all[0]?.id : undefined;
    const connection = await pickConnection(this.#deps, only, { title: t("Publish") });
    const node = connection && (await this.#deps.pickTarget(connection));
    return connection && node && { connection, node };
  }
}

/** The draft of an editor's text: sent as it stands, whether or not it is valid in its language. */
export function editorDraft({ text, languageId }: EditorText): DraftText {
  return { ...emptyDraft, format: "text", body: text, contentType: contentTypes.get(languageId) ?? "text/plain" };
}

const contentTypes: ReadonlyMap<string, string> = new Map([
  ["json", "application/json"],
  ["jsonc", "application/json"],
  ["jsonl", "application/x-ndjson"],
  ["xml", "application/xml"],
  ["yaml", "application/yaml"],
  ["html", "text/html"],
  ["css", "text/css"],
  ["csv", "text/csv"],
  ["markdown", "text/markdown"],
  ["javascript", "text/javascript"],
]);

function nothingToRead(): Promise<Uint8Array> {
  return Promise.reject(new Error("An editor's text is no file."));
}
