import type { HeldOutcome } from "../../src/broker/contract.ts";

/** What a key does on the page, wherever the focus is but in a field. */
export type PageKey = "pause" | "filter" | "detail" | "oldest" | HeldOutcome;

/** What a key does in the list. */
export type ListKey =
  | { readonly to: "row"; readonly by: number }
  | { readonly to: "page"; readonly by: number }
  | { readonly to: "start" | "end" | "all" | "toggle" | "open" | "copy" | "menu" };

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** `typing` = the focus is in a field that takes text; `pressable` = on something that Space presses. */
export function pageKey(
  press: KeyPress,
  focus: { readonly typing: boolean; readonly pressable: boolean },
): PageKey | undefined {
  const command = press.ctrlKey || press.metaKey;
  if (command && !press.altKey && press.key.toLowerCase() === "f") return "filter";
  if (focus.typing || command || press.altKey) return undefined;
  switch (press.key.toLowerCase()) {
    case "/":
      return "filter";
    case " ":
      return focus.pressable ? undefined : "pause";
    case "a":
      return "ack";
    case "n":
      return "requeue";
    case "r":
    case "d":
      return "reject";
    case "u":
      return "oldest";
    case "i":
      return "detail";
    default:
      return undefined;
  }
}

export function listKey(press: KeyPress): ListKey | undefined {
  if (press.altKey) return undefined;
  const command = press.ctrlKey || press.metaKey;
  if (command) {
    switch (press.key.toLowerCase()) {
      case "a":
        return { to: "all" };
      case "c":
        return { to: "copy" };
      case " ":
        return { to: "toggle" };
      case "home":
        return { to: "start" };
      case "end":
        return { to: "end" };
      default:
        return undefined;
    }
  }
  switch (press.key) {
    case "ArrowUp":
      return { to: "row", by: -1 };
    case "ArrowDown":
      return { to: "row", by: 1 };
    case "PageUp":
      return { to: "page", by: -1 };
    case "PageDown":
      return { to: "page", by: 1 };
    case "Home":
      return { to: "start" };
    case "End":
      return { to: "end" };
    case "Enter":
      return { to: "open" };
    case "ContextMenu":
      return { to: "menu" };
    case "F10":
      return press.shiftKey ? { to: "menu" } : undefined;
    default:
      return undefined;
  }
}
