import type { Jumps } from "../jumps.ts";
import type { Memory } from "../memory.ts";
import type { ConsoleActions } from "./consoleView.ts";
import type { SettleConsole } from "./settleConsole.ts";

/** What the controls of the settle console do. */
export function consoleActions(console: SettleConsole, memory: Memory, jumps: Jumps): ConsoleActions {
  return {
    toggle: () => {
      memory.set({ settlingOpen: !memory.now.settlingOpen });
      console.refresh();
    },
    goTo: (seq) => {
      jumps.show(seq);
    },
  };
}
