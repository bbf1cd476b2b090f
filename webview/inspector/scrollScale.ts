/**
 * Where the rows of a very long list stand. Every row is as high as the others, so this is arithmetic; but a browser
 * cannot lay out an element of 22 million pixels, so beyond a limit the scrollbar's track is shorter than the rows are
 * together, and small movements still move the rows pixel by pixel.
 */
export interface ListSize {
  readonly count: number;
  /** Pixels, as are all lengths here. */
  readonly rowHeight: number;
  /** The height in which rows are visible. */
  readonly viewport: number;
}

/** Where the list stands: `scroll` = of the scrollbar, `top` = which pixel of all rows is the first visible one. */
export interface ScrollPosition {
  readonly scroll: number;
  readonly top: number;
}

/** Half of what Chromium can lay out at a device pixel ratio of 2, and whole pixels stay exact in a 32-bit float. */
const longestTrack = 8_000_000;

/** The height to give to the element that is scrolled. */
export function trackHeight(size: ListSize): number {
  return Math.min(size.count * size.rowHeight, longestTrack);
}

/** The largest `top`: the last row is the last visible one. */
export function endOf(size: ListSize): number {
  return Math.max(0, size.count * size.rowHeight - size.viewport);
}

export function scrollFor(top: number, size: ListSize): number {
  const end = endOf(size);
  const longest = Math.max(0, trackHeight(size) - size.viewport);
  return isScaled(size) && end > 0 ? (clamp(top, 0, end) / end) * longest : clamp(top, 0, end);
}

/** What the user's scrolling from `before` to `scroll` shows. */
export function topAfterScroll(before: ScrollPosition, scroll: number, size: ListSize): number {
  const end = endOf(size);
  if (!isScaled(size)) return clamp(scroll, 0, end);
  const longest = trackHeight(size) - size.viewport;
  if (scroll <= 0) return 0;
  if (scroll >= longest - 1) return end;
  const moved = scroll - before.scroll;
  // A wheel or a key moves less than a screen; more than that is the thumb being dragged.
  return Math.abs(moved) <= size.viewport ? clamp(before.top + moved, 0, end) : (scroll / longest) * end;
}

/** The rows at least partly visible, `last` exclusive. */
export function visibleRows(top: number, size: ListSize): { readonly first: number; readonly last: number } {
  const first = clamp(Math.floor(top / size.rowHeight), 0, Math.max(0, size.count - 1));
  return { first, last: clamp(Math.ceil((top + size.viewport) / size.rowHeight), first, size.count) };
}

/** The `top` nearest to the present one at which the whole of that row is visible. */
export function topToShow(index: number, top: number, size: ListSize): number {
  const start = index * size.rowHeight;
  const least = start + size.rowHeight - size.viewport;
  return clamp(clamp(top, least, Math.max(start, least)), 0, endOf(size));
}

export function isScaled(size: ListSize): boolean {
  return size.count * size.rowHeight > longestTrack;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
