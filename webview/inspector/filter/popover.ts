/** A button with something that stands open below it until one turns to something else. */
import { html, nothing, type TemplateResult } from "lit";
import { take } from "../focus.ts";
import type { FilterBox, FilterPopover } from "./filterBox.ts";

export function popoverOwner(
  box: FilterBox,
  name: FilterPopover,
  button: { readonly icon: string; readonly label: string },
  content: () => TemplateResult,
): TemplateResult {
  const open = box.popover === name;
  return html`<span
    class="popover-owner"
    @keydown=${(event: KeyboardEvent) => {
      if (open) onKey(event, box);
    }}
    @focusout=${(event: FocusEvent) => {
      const owner = event.currentTarget;
      const to = event.relatedTarget;
      if (open && owner instanceof Element && to instanceof Node && !owner.contains(to)) box.closePopover();
    }}
  >
    <button
      class="icon-button ${name}"
      aria-haspopup="dialog"
      aria-expanded=${open}
      title=${button.label}
      aria-label=${button.label}
      @click=${(event: Event) => {
        box.toggle(name);
        focusInside(event.currentTarget);
      }}
    >
      <span class="codicon codicon-${button.icon}" aria-hidden="true"></span>
    </button>
    ${open ? html`<div class="popover" role="dialog" tabindex="-1" aria-label=${button.label}>${content()}</div>` : nothing}
  </span>`;
}

/** The focus goes into what was opened, as soon as it is drawn. */
function focusInside(button: EventTarget | null): void {
  requestAnimationFrame(() => {
    if (!(button instanceof Element)) return;
    button.parentElement?.querySelector<HTMLElement>(".popover")?.focus();
  });
}

function onKey(event: KeyboardEvent, box: FilterBox): void {
  const owner = event.currentTarget;
  if (!(owner instanceof Element)) return;
  const items = [...owner.querySelectorAll<HTMLElement>(".popover [data-item]")];
  const at = items.findIndex((item) => item === document.activeElement);
  if (event.key === "Escape") {
    box.closePopover();
    owner.querySelector<HTMLElement>("button")?.focus();
  } else if (event.key === "ArrowDown" && items.length > 0) items[(at + 1) % items.length]?.focus();
  else if (event.key === "ArrowUp" && items.length > 0)
    items[(Math.max(at, 0) + items.length - 1) % items.length]?.focus();
  else {
    // A letter must not settle anything while this is open.
    if (event.key.length === 1) event.stopPropagation();
    return;
  }
  take(event);
}
