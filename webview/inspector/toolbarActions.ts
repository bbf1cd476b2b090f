import type { Commands } from "./commands.ts";
import type { ListPart } from "./listPart.ts";
import type { Memory } from "./memory.ts";
import type { SettleMenu } from "./settleMenu.ts";
import type { ToolbarActions } from "./toolbarView.ts";

/** What the controls of the toolbar do. */
export function toolbarActions(commands: Commands, part: ListPart, memory: Memory, menu: SettleMenu): ToolbarActions {
  return {
    pause: () => {
      commands.pause();
    },
    follow: () => {
      part.setFollow(!part.list.follow);
    },
    clear: () => {
      commands.clear();
    },
    toggleTimeline: () => {
      memory.set({ timeline: !memory.now.timeline });
    },
    settle: (outcome) => {
      commands.settle(outcome);
    },
    settleAll: (outcome) => {
      menu.close(true);
      commands.settleAll(outcome);
    },
    toggleMenu: () => {
      menu.toggle();
    },
    leaveMenu: (refocus) => {
      menu.close(refocus);
    },
    setWindow: (text) => {
      commands.setWindow(text.trim());
    },
  };
}
