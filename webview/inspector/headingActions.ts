import type { Commands } from "./commands.ts";
import type { HeadingActions } from "./headingView.ts";
import type { Memory } from "./memory.ts";

/** What the controls of the heading do. */
export function headingActions(commands: Commands, memory: Memory): HeadingActions {
  return {
    toggleEffects: () => {
      memory.set({ effectsOpen: !memory.now.effectsOpen });
    },
    toggleFacts: () => {
      memory.set({ factsOpen: !memory.now.factsOpen });
    },
    reattach: () => {
      commands.reattach();
    },
  };
}
