import { t } from "@vscode/l10n";
import { html, type TemplateResult } from "lit";

const least = 20;
const most = 85;

/** The bar between list and detail: dragged, or moved with the arrow keys. `split` = the list's part, in per cent. */
export function splitter(split: number, stacked: boolean, move: (split: number) => void): TemplateResult {
  const to = (value: number): void => {
    move(Math.max(least, Math.min(most, Math.round(value * 10) / 10)));
  };
  const drag = (event: PointerEvent): void => {
    const bar = event.currentTarget;
    if (!(bar instanceof HTMLElement) || !bar.hasPointerCapture(event.pointerId)) return;
    const room = bar.parentElement?.getBoundingClientRect();
    if (!room) return;
    to((stacked ? (event.clientY - room.top) / room.height : (event.clientX - room.left) / room.width) * 100);
  };
  return html`<div
    class="splitter"
    role="separator"
    tabindex="0"
    aria-label=${t("Width of the list")}
    aria-orientation=${stacked ? "horizontal" : "vertical"}
    aria-valuemin=${least}
    aria-valuemax=${most}
    aria-valuenow=${Math.round(split)}
    @pointerdown=${(event: PointerEvent) => {
      if (event.currentTarget instanceof HTMLElement) event.currentTarget.setPointerCapture(event.pointerId);
    }}
    @pointermove=${drag}
    @keydown=${(event: KeyboardEvent) => {
      const steps: Readonly<Record<string, number>> = {
        ArrowLeft: split - 3,
        ArrowUp: split - 3,
        ArrowRight: split + 3,
        ArrowDown: split + 3,
        Home: least,
        End: most,
      };
      const value = steps[event.key];
      if (value === undefined) return;
      event.preventDefault();
      to(value);
    }}
  ></div>`;
}
