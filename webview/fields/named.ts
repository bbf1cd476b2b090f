import { noChange } from "lit";
import { Directive, type ElementPart, type PartInfo, PartType, directive } from "lit/directive.js";

/**
 * `<vscode-text-field ${named("Priority")}>`: what a reader aloud calls it. The toolkit's fields write an `aria-label` of
 * their own over any other when they are put into the page, and never again.
 */
class Named extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("named() belongs to an element.");
  }

  override render(...[]: [label: string]): unknown {
    return noChange;
  }

  override update({ element }: ElementPart, [label]: [string]): unknown {
    queueMicrotask(() => {
      if (element.getAttribute("aria-label") !== label) element.setAttribute("aria-label", label);
    });
    return noChange;
  }
}

export const named = directive(Named);
