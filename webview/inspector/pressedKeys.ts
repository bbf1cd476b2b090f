/** What the keys do: see keys.ts for which. */
import type { Commands } from "./commands.ts";
import { focusField, focusOf, take } from "./focus.ts";
import type { Jumps } from "./jumps.ts";
import { listKey, type PageKey, pageKey } from "./keys.ts";
import type { MessageList } from "./messageList.ts";
import { menuPlace, openMenu } from "./messageMenu.ts";

/** Wherever the focus is. */
export function pressPage(event: KeyboardEvent, root: HTMLElement, commands: Commands, jumps: Jumps): void {
  if (event.defaultPrevented) return;
  const key = pageKey(event, focusOf(event));
  if (key === undefined) return;
  take(event);
  // Held down, a key acts once where it changes something at the broker.
  if (event.repeat && !isHarmless(key)) return;
  switch (key) {
    case "pause":
      commands.pause();
      break;
    case "filter":
      focusField(root.querySelector<HTMLElement>("#filter"));
      break;
    case "oldest":
      jumps.toOldest();
      break;
    case "detail":
      root.querySelector<HTMLElement>("#tab-panel")?.focus();
      break;
    case "ack":
    case "requeue":
    case "reject":
      commands.settle(key);
      break;
    default:
      key satisfies never;
  }
}

/** In the list. */
export function pressList(event: KeyboardEvent, root: HTMLElement, commands: Commands, list: MessageList): void {
  const key = listKey(event);
  if (!key) return;
  if (key.to === "open") commands.open();
  else if (key.to === "menu") openMenu(menuPlace(root));
  else if (key.to === "copy") commands.copy("body");
  else if (!list.press(key, event.shiftKey)) return;
  take(event);
}

function isHarmless(key: PageKey): boolean {
  return key === "filter" || key === "oldest" || key === "detail";
}
