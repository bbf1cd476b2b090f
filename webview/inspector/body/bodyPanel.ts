import { t } from "@vscode/l10n";
import type { BodyChoice, BodyHostCalls, BodyTypes, BodyView, NodePath } from "../../../src/protocol/body.ts";
import type { Detail } from "../../../src/protocol/inspector.ts";
import type { Peer } from "../../../src/protocol/peer.ts";
import { ShownImage } from "./imageView.ts";
import { TreeModel } from "./treeModel.ts";

export interface BodyPanelDeps {
  readonly peer: Pick<Peer<object, BodyHostCalls>, "call">;
  changed(): void;
  announce(sentence: string): void;
  failed(error: unknown): void;
  /** Asks for the current message anew: it is decoded in another way now. */
  reload(): void;
}

/** What the page knows of the body of the current message besides its text: its tree, its image, the menu. */
export class BodyPanel {
  readonly #deps: BodyPanelDeps;
  #body: BodyView | undefined;
  #seq = -1;
  #tree: TreeModel | undefined;
  #image: ShownImage | undefined;
  #imageProblem: string | undefined;
  #types: BodyTypes | undefined;
  #menuOpen = false;
  /** The message whose image is on its way. */
  #loading = -1;

  constructor(deps: BodyPanelDeps) {
    this.#deps = deps;
  }

  get menuOpen(): boolean {
    return this.#menuOpen;
  }

  /** What the workspace's schemas define; undefined until the menu was opened. */
  get types(): BodyTypes | undefined {
    return this.#types;
  }

  /** Why there is no image although there should be one. */
  get imageProblem(): string | undefined {
    return this.#imageProblem;
  }

  /** Call before each drawing with what is shown. */
  show(detail: Detail | undefined): void {
    if (detail?.body === this.#body) return;
    this.#body = detail?.body;
    this.#seq = detail?.seq ?? -1;
    this.#tree = undefined;
    this.#image?.dispose();
    this.#image = undefined;
    this.#imageProblem = undefined;
  }

  /** The tree of the current body, asked for when it is first looked at. */
  get tree(): TreeModel | undefined {
    if (!this.#body?.tree) return undefined;
    if (this.#tree) return this.#tree;
    const seq = this.#seq;
    this.#tree = new TreeModel({
      children: (path, from, count) => this.#deps.peer.call("bodyNodes", { seq, path, from, count }),
      root: () => this.#deps.peer.call("bodyNodes", { seq, path: [], from: 0, count: 1, root: true }),
      changed: () => {
        this.#deps.changed();
      },
      failed: (error) => {
        if (seq === this.#seq) this.#deps.failed(error);
      },
    });
    return this.#tree;
  }

  /** The image of the current body; undefined until it came. */
  get image(): ShownImage | undefined {
    if (this.#body?.format === "image" && !this.#image && this.#imageProblem === undefined) void this.#loadImage();
    return this.#image;
  }

  /** The browser could not draw it. */
  imageFailed(): void {
    this.#imageProblem = t("The image is damaged: it cannot be drawn.");
    this.#image?.dispose();
    this.#image = undefined;
    this.#deps.changed();
  }

  toggleMenu(): void {
    this.#menuOpen = !this.#menuOpen;
    this.#deps.changed();
    if (this.#menuOpen) void this.#loadTypes();
  }

  closeMenu(): void {
    if (!this.#menuOpen) return;
    this.#menuOpen = false;
    this.#deps.changed();
  }

  /** Decides how the bodies of this source are read from now on. */
  choose(choice: BodyChoice): void {
    this.#do(this.#deps.peer.call("chooseBody", choice), () => {
      const automatic = Object.keys(choice).length === 0;
      this.#deps.announce(automatic ? t("Read automatically again.") : t("Read in this way from now on."));
      this.#deps.reload();
    });
  }

  copy(path: NodePath, part: "value" | "path"): void {
    this.#do(this.#deps.peer.call("copyBodyNode", { seq: this.#seq, path, part }), () => {
      this.#deps.announce(t("Copied."));
    });
  }

  async #loadImage(): Promise<void> {
    const seq = this.#seq;
    if (this.#loading === seq) return;
    this.#loading = seq;
    try {
      const image = await this.#deps.peer.call("bodyImage", { seq });
      if (seq === this.#seq && this.#body?.format === "image") this.#image = new ShownImage(image);
    } catch (error) {
      if (seq === this.#seq) this.#imageProblem = error instanceof Error ? error.message : String(error);
    } finally {
      this.#loading = -1;
      this.#deps.changed();
    }
  }

  async #loadTypes(): Promise<void> {
    try {
      this.#types = await this.#deps.peer.call("bodyTypes");
      this.#deps.changed();
    } catch (error) {
      this.#deps.failed(error);
    }
  }

  #do(work: Promise<unknown>, then: () => void): void {
    work.then(then, (error: unknown) => {
      this.#deps.failed(error);
    });
  }
}
