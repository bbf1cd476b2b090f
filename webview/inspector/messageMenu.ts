/** The menu of messages: VS Code's own, with the entries that package.json contributes to `webview/context`. */
import type { Outcome } from "../../src/broker/contract.ts";

/** What the conditions of its entries look at, for `data-vscode-context`. VS Code adds what stands further inside. */
export function menuContext(outcomes: readonly Outcome[], selected: number): string {
  return JSON.stringify({
    outcomes: outcomes.join(","),
    messagesSelected: selected,
    preventDefaultContextMenuItems: true,
  });
}

/** The same for what stands for messages itself, and not only for where they are. */
export function messageContext(outcomes: readonly Outcome[], selected: number): string {
  return JSON.stringify({ ...(JSON.parse(menuContext(outcomes, selected)) as object), webviewSection: "message" });
}

/** Where the keyboard opens it: at the current row, or at the button of its detail while that row is scrolled away. */
export function menuPlace(root: Element): Element | null {
  return root.querySelector("[data-index].current") ?? root.querySelector(".more-actions");
}

/** Opens it below an element that has a context, as the right button of the mouse would. */
export function openMenu(element: Element | null | undefined): void {
  if (!element) return;
  const { left, bottom, width } = element.getBoundingClientRect();
  const clientX = left + Math.min(width / 2, 40);
  element.dispatchEvent(
    new MouseEvent("contextmenu", { bubbles: true, cancelable: true, composed: true, clientX, clientY: bottom - 2 }),
  );
}
