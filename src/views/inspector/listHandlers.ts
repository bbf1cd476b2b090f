import type { Inspection } from "../../inspect/inspection.ts";
import type { InspectorHostCalls } from "../../protocol/inspector.ts";
import type { Handlers } from "../../protocol/peer.ts";
import type { TimelineCalls } from "../../protocol/timeline.ts";

type ListCalls = TimelineCalls & Pick<InspectorHostCalls, "rows" | "locate" | "setPaused" | "setWindow" | "clear">;

/** What the page asks about the list as a whole: its rows, its times, what comes into it. */
export function listHandlers(inspection: Inspection): Handlers<ListCalls> {
  return {
    rows: (range) => inspection.rows(range),
    locate: ({ seq }) => inspection.locate(seq),
    timeline: ({ buckets }) => inspection.timeline(buckets),
    setPaused: ({ paused }) => {
      inspection.setPaused(paused);
    },
    setWindow: ({ window }) => inspection.setWindow(window),
    clear: () => {
      inspection.clear();
    },
  };
}
