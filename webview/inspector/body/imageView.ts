import { t } from "@vscode/l10n";
import { html, type TemplateResult } from "lit";
import type { BodyImage } from "../../../src/protocol/body.ts";
import { count } from "../format.ts";

/** An image that the host has recognised by its first bytes, at a `blob:` address of this page. */
export class ShownImage {
  readonly #address: string;
  readonly #image: BodyImage;

  constructor(image: BodyImage) {
    this.#image = image;
    // Only as an image of the type that was found: never as a document.
    this.#address = URL.createObjectURL(new Blob([image.bytes], { type: image.type }));
  }

  view(failed: () => void): TemplateResult {
    const { type, width, height } = this.#image;
    const size = width > 0 ? t("{width} × {height} pixels", { width: count(width), height: count(height) }) : "";
    return html`<figure class="image">
      <img src=${this.#address} alt=${t("The body as an image")} @error=${failed} />
      <figcaption>${[type, size].filter((text) => text !== "").join(" · ")}</figcaption>
    </figure>`;
  }

  /** Frees its memory. */
  dispose(): void {
    URL.revokeObjectURL(this.#address);
  }
}
