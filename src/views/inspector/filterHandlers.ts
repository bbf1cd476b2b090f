import type { Inspection } from "../../inspect/inspection.ts";
import type { FilterCalls } from "../../protocol/filter.ts";
import type { Handlers } from "../../protocol/peer.ts";
import type { SavedFilters } from "./savedFilters.ts";

/** What the page asks about filters: setting one, completing one, the saved ones. */
export function filterHandlers(inspection: Inspection, saved: SavedFilters): Handlers<FilterCalls> {
  return {
    setFilter: ({ text, range }) => {
      inspection.setFilter(text, range);
      return inspection.summary;
    },
    complete: (at) => inspection.complete(at),
    savedFilters: () => saved.list(),
    saveFilter: (filter) => saved.save(filter),
    removeFilter: ({ name }) => saved.remove(name),
  };
}
