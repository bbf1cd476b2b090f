/** What is selected in the page of an inspector, and what is done with one message of it. */
import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { Node } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { type BodyClaims, type DecodeOptions, wholeText } from "../../inspect/decode/decodeBody.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import { headersText, messageJson } from "../../inspect/messageDocument.ts";
import type { InspectorHostCalls, SelectedMessages } from "../../protocol/inspector.ts";
import type { Handlers } from "../../protocol/peer.ts";
import type { InspectorDeps } from "./inspectorDeps.ts";
import { keptMessage } from "./selectedSeqs.ts";

/** Where the messages are. */
export interface MessagesOf {
  /** Of the inspector. */
  readonly id: string;
  readonly connectionId: string;
  readonly node: Node;
  readonly inspection: Inspection;
  /** How its bodies are read. */
  decodeOptions(): DecodeOptions;
}

/** A part of a message that can be copied as text. */
export type MessagePart = Parameters<InspectorHostCalls["copy"]>[0]["part"];

export class MessageHandlers {
  readonly #deps: Pick<InspectorDeps, "documents" | "publish">;
  readonly #of: MessagesOf;
  #selected: SelectedMessages = { all: false, seqs: [] };

  constructor(deps: Pick<InspectorDeps, "documents" | "publish">, of: MessagesOf) {
    this.#deps = deps;
    this.#of = of;
  }

  readonly handlers: Handlers<Pick<InspectorHostCalls, "selected" | "openBody" | "copy" | "resend">> = {
    selected: (what) => {
      this.#selected = what;
    },
    openBody: ({ seq }) => this.openBody(seq),
    copy: ({ seq, part }) => this.copy(seq, part),
    resend: ({ seq }) => this.resend(seq),
  };

  /** What is selected in the page. */
  get selected(): SelectedMessages {
    return this.#selected;
  }

  /** The message whose detail is shown. @throws BrokerError `invalid` when there is none */
  get current(): number {
    const { current } = this.#selected;
    if (current === undefined) throw new BrokerError("invalid", t("Select a message in the inspector first."));
    return current;
  }

  /** Opens its body in an editor. */
  async openBody(seq: number): Promise<void> {
    const { id, node } = this.#of;
    const { text, language } = await this.#whole(seq);
    await this.#deps.documents.open({ owner: id, name: `${node.name}-${String(seq)}`, text, language });
  }

  async copy(seq: number, part: MessagePart): Promise<void> {
    await vscode.env.clipboard.writeText(await this.#textOf(seq, part));
  }

  /** Opens it as a new draft. */
  async resend(seq: number): Promise<void> {
    const { inspection, connectionId, node } = this.#of;
    const copy = inspection.reader.draft(seq);
    if (!copy.whole)
      throw new BrokerError("invalid", t("This message was too large to keep whole: it cannot be sent again."));
    await this.#deps.publish(connectionId, copy, node);
  }

  async #textOf(seq: number, part: MessagePart): Promise<string> {
    if (part === "body") return (await this.#whole(seq)).text;
    const message = keptMessage(this.#of.inspection, seq);
    return part === "headers" ? headersText(message.draft.headers) : messageJson(message, this.#of.decodeOptions());
  }

  async #whole(seq: number): Promise<{ readonly text: string; readonly language: string }> {
    const { body, claims } = keptBody(this.#of.inspection, seq);
    return wholeText(body, claims, this.#of.decodeOptions());
  }
}

/** What is kept of a body, and what is known of it. @throws BrokerError `missing` when it is no longer kept */
export function keptBody(inspection: Inspection, seq: number): { readonly body: Buffer; readonly claims: BodyClaims } {
  const { draft, whole } = inspection.reader.draft(seq);
  const { body, contentType, contentEncoding } = draft;
  const claims = {
    size: whole ? body.length : Infinity,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
  };
  return { body: Buffer.from(body), claims };
}
