import type { Commands } from "./commands.ts";
import type { FilterBox } from "./filter/filterBox.ts";
import type { ListPart } from "./listPart.ts";
import type { ListActions } from "./listView.ts";
import { rowAt } from "./rowWindow.ts";
import { isSelected } from "./selection.ts";

/** What the pointer and the controls of the list do. */
export function listActions(
  commands: Commands,
  { list, element }: ListPart,
  filter: FilterBox,
  press: (event: KeyboardEvent) => void,
): ListActions {
  return {
    grid: (grid) => {
      element.bind(grid);
    },
    scroll: () => {
      element.scrolled();
    },
    scrollEnd: () => {
      list.scrollEnded();
    },
    press,
    pick: (index, event) => {
      list.click(index, { toggle: event.ctrlKey || event.metaKey, range: event.shiftKey });
    },
    turnTo: (index) => {
      const row = rowAt(list.window, index);
      if (row && !isSelected(list.selection, row.seq)) list.click(index, { toggle: false, range: false });
      commands.tellSelection();
    },
    openCurrent: () => {
      commands.open();
    },
    follow: () => {
      list.setFollow(true);
      element.focus();
    },
    clearFilter: () => {
      filter.clear();
    },
  };
}
