/** What the page asks about one body: its tree, its image, how it is to be read. */
import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import { BrokerError } from "../../broker/errors.ts";
import { type BodyClaims, type DecodeOptions, type OpenBody, openBody } from "../../inspect/decode/decodeBody.ts";
import type { SchemaSource } from "../../inspect/decode/schemas.ts";
import type { BodyHostCalls, BodyView } from "../../protocol/body.ts";
import type { Handlers } from "../../protocol/peer.ts";
import type { BodyChoices } from "./bodyChoices.ts";

export interface BodySource {
  readonly connection: string;
  /** The id of the node. */
  readonly node: string;
  /** What is kept of a body and what is known of it. @throws BrokerError `missing` when it is no longer kept */
  read(seq: number): { readonly body: Buffer; readonly claims: BodyClaims };
}

/** Answers for one inspector; of all its bodies only the latest is kept decoded. */
export class BodyHandlers {
  readonly #source: BodySource;
  readonly #choices: BodyChoices;
  readonly #schemas: SchemaSource;
  #current: { readonly seq: number; readonly open: OpenBody } | undefined;

  constructor(source: BodySource, choices: BodyChoices, schemas: SchemaSource) {
    this.#source = source;
    this.#choices = choices;
    this.#schemas = schemas;
  }

  /** How bodies are to be read here. */
  get options(): DecodeOptions {
    return { choice: this.#choices.of(this.#source.connection, this.#source.node), schemas: this.#schemas };
  }

  readonly handlers: Handlers<BodyHostCalls> = {
    bodyNodes: async ({ seq, path, from, count, root }) => {
      const tree = await this.#tree(seq);
      return root ? tree.root() : tree.children(path, from, count);
    },
    copyBodyNode: async ({ seq, path, part }) => {
      const tree = await this.#tree(seq);
      await vscode.env.clipboard.writeText(await (part === "path" ? tree.pathText(path) : tree.valueText(path)));
    },
    bodyImage: async ({ seq }) => {
      const { image } = await this.#open(seq);
      if (!image) throw new BrokerError("missing", t("This body is not an image."));
      return image;
    },
    chooseBody: (choice) => {
      this.#choices.set(this.#source.connection, this.#source.node, choice);
      this.#current = undefined;
    },
    bodyTypes: async () => (await this.#schemas.schemas()).types,
  };

  /** The body for the page; it is kept to be asked about. */
  async view(seq: number, body: Buffer, claims: BodyClaims): Promise<BodyView> {
    const open = await openBody(body, claims, this.options);
    this.#current = { seq, open };
    return open.view;
  }

  /** Frees what is kept. */
  close(): void {
    this.#current = undefined;
  }

  async #tree(seq: number) {
    const { tree } = await this.#open(seq);
    if (!tree) throw new BrokerError("missing", t("This body has no tree."));
    return tree;
  }

  async #open(seq: number): Promise<OpenBody> {
    if (this.#current?.seq !== seq) {
      const { body, claims } = this.#source.read(seq);
      await this.view(seq, body, claims);
    }
    if (this.#current?.seq === seq) return this.#current.open;
    throw new BrokerError("missing", t("This message is no longer shown."));
  }
}
