import type { TimeRange } from "../../../src/protocol/filter.ts";
import { type Bucket, bucketsOf, type Timeline } from "../../../src/protocol/timeline.ts";
import { take } from "../focus.ts";
import { type BrushPart, moved, pressed, rangeBetween } from "./brush.ts";
import { type Shape, shapeOf } from "./shape.ts";

export interface TimelineOwner {
  read(buckets: number): Promise<Timeline>;
  range(): TimeRange | undefined;
  setRange(range: TimeRange | undefined): void;
  changed(): void;
  failed(error: unknown): void;
}

/** What is drawn. */
export interface Drawn {
  readonly timeline: Timeline;
  readonly buckets: readonly Bucket[];
  readonly shape: Shape;
}

/** Milliseconds from one drawing of the bars to the next. */
const interval = 250;
/** A range that is moved by keys is applied when they rest. */
const restMilliseconds = 120;
/** A press that moves less than this, in pixels, is a click on a bar. */
const leastDrag = 3;

interface Drag {
  readonly part: BrushPart | "new";
  readonly x: number;
  /** The time that was pressed on. */
  readonly time: number;
  readonly before: TimeRange | undefined;
  moved: boolean;
}

/** The bars above the list: asked for while they are shown, not too often, and the range that is drawn over them. */
export class TimelinePanel {
  readonly #owner: TimelineOwner;
  #drawn: Drawn | undefined;
  #asked = { version: -1, buckets: 0 };
  #wanted = { version: -1, buckets: 0 };
  #asking = false;
  #lastAsked = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drag: Drag | undefined;
  /** The range while it is being moved. */
  #draft: TimeRange | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #hovered: number | undefined;

  constructor(owner: TimelineOwner) {
    this.#owner = owner;
  }

  get drawn(): Drawn | undefined {
    return this.#drawn;
  }

  get range(): TimeRange | undefined {
    return this.#draft ?? this.#owner.range();
  }

  /** The range that is being moved, and not applied yet. */
  get draft(): TimeRange | undefined {
    return this.#draft;
  }

  /** The bar under the pointer. */
  get hovered(): Bucket | undefined {
    return this.#hovered === undefined ? undefined : this.#drawn?.buckets[this.#hovered];
  }

  /** It is on the screen, there is room for so many bars, and the host is at this version. */
  want(version: number, buckets: number): void {
    this.#wanted = { version, buckets };
    this.#ask();
  }

  /** It is not on the screen. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = this.#asked;
  }

  clear(): void {
    clearTimeout(this.#rest);
    this.#drag = undefined;
    this.#draft = undefined;
    this.#owner.setRange(undefined);
    this.#owner.changed();
  }

  /** A key on the handle of an edge. */
  press(event: KeyboardEvent, edge: "from" | "to"): void {
    const timeline = this.#drawn?.timeline;
    if (!timeline || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (!this.range) return;
      this.clear();
    } else {
      const range = pressed(event.key, event.shiftKey, edge, this.range, timeline);
      if (!range) return;
      this.#draft = range;
      clearTimeout(this.#rest);
      this.#rest = setTimeout(() => {
        this.#apply();
      }, restMilliseconds);
      this.#owner.changed();
    }
    take(event);
  }

  pointerDown(event: PointerEvent, plot: HTMLElement): void {
    const time = this.#timeAt(event, plot);
    if (event.button !== 0 || time === undefined) return;
    const range = this.range;
    const on = event.target instanceof Element ? event.target : plot;
    const edge = on.closest<HTMLElement>("[data-edge]")?.dataset["edge"];
    const part = !range ? "new" : edge === "from" || edge === "to" ? edge : on.closest(".brush") ? "all" : "new";
    this.#drag = { part, x: event.clientX, time, before: range, moved: false };
    plot.setPointerCapture(event.pointerId);
  }

  pointerMove(event: PointerEvent, plot: HTMLElement): void {
    const time = this.#timeAt(event, plot);
    const timeline = this.#drawn?.timeline;
    if (time === undefined || !timeline) return;
    this.#hovered = Math.floor((time - timeline.from) / timeline.bucketMs);
    const drag = this.#drag;
    if (drag && (drag.moved ||= Math.abs(event.clientX - drag.x) >= leastDrag)) this.#dragTo(drag, time, timeline);
    this.#owner.changed();
  }

  pointerUp(): void {
    const drag = this.#drag;
    const timeline = this.#drawn?.timeline;
    this.#drag = undefined;
    if (!drag || !timeline) return;
    if (!drag.moved && drag.part === "new") this.#draft = rangeBetween(drag.time, drag.time, timeline);
    this.#apply();
  }

  /** The system took the pointer away. */
  pointerCancel(): void {
    this.#drag = undefined;
    this.#draft = undefined;
    this.#owner.changed();
  }

  pointerLeave(): void {
    this.#hovered = undefined;
    this.#owner.changed();
  }

  #dragTo(drag: Drag, time: number, timeline: Timeline): void {
    const { from, to, bucketMs } = timeline;
    if (drag.part === "new") this.#draft = rangeBetween(drag.time, time, timeline);
    else {
      const steps = Math.round((time - drag.time) / bucketMs);
      this.#draft = moved(drag.before ?? { from, to }, drag.part, steps * bucketMs, timeline);
    }
  }

  /** From one end of the axis to the other is no range. */
  #apply(): void {
    const range = this.#draft;
    const timeline = this.#drawn?.timeline;
    this.#draft = undefined;
    if (range && timeline)
      this.#owner.setRange(range.from <= timeline.from && range.to >= timeline.to ? undefined : range);
    this.#owner.changed();
    this.#ask();
  }

  #timeAt(event: PointerEvent, plot: HTMLElement): number | undefined {
    const timeline = this.#drawn?.timeline;
    if (!timeline || timeline.to === timeline.from) return undefined;
    const { left, width } = plot.getBoundingClientRect();
    const part = Math.max(0, Math.min(0.999_999, (event.clientX - left) / width));
    return timeline.from + part * (timeline.to - timeline.from);
  }

  #ask(): void {
    const { version, buckets } = this.#wanted;
    const isNews = version !== this.#asked.version || buckets !== this.#asked.buckets;
    // Bars that move under the pointer cannot be dragged over.
    if (!isNews || this.#asking || this.#timer || this.#drag) return;
    const wait = this.#lastAsked + interval - performance.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#ask();
      }, wait);
      return;
    }
    this.#asking = true;
    this.#lastAsked = performance.now();
    this.#asked = this.#wanted;
    this.#owner
      .read(buckets)
      .then(
        (timeline) => {
          if (this.#drag) this.#asked = { version: -1, buckets: 0 };
          else this.#take(timeline);
        },
        (error: unknown) => {
          this.#owner.failed(error);
        },
      )
      .finally(() => {
        this.#asking = false;
        this.#ask();
      });
  }

  #take(timeline: Timeline): void {
    const buckets = bucketsOf(timeline);
    this.#drawn = { timeline, buckets, shape: shapeOf(buckets) };
    this.#owner.changed();
  }
}
