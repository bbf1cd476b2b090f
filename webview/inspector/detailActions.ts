import type { Commands } from "./commands.ts";
import type { DetailActions } from "./detailView.ts";
import type { Memory } from "./memory.ts";

/** What the controls beside the message that is shown whole do. */
export function detailActions(commands: Commands, memory: Memory): DetailActions {
  return {
    showTab: (tab) => {
      memory.set({ tab });
    },
    showBody: (bodyMode) => {
      memory.set({ bodyMode });
    },
    toggleWrap: () => {
      memory.set({ wrap: !memory.now.wrap });
    },
    open: () => {
      commands.open();
    },
    copy: (part) => {
      commands.copy(part);
    },
    resend: () => {
      commands.resend();
    },
  };
}
