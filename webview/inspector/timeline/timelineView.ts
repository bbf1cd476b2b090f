/** How many messages came when, as bars; a range of time is drawn over them. */
import { t } from "@vscode/l10n";
import { html, nothing, svg, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { TimeRange } from "../../../src/protocol/filter.ts";
import type { Bucket, Timeline } from "../../../src/protocol/timeline.ts";
import { count } from "../format.ts";
import { stateWord } from "../words.ts";
import { plotHeight, shownIn, stackedStates, ticksOf } from "./shape.ts";
import type { Drawn, TimelinePanel } from "./timelinePanel.ts";
import { spansDays, spanText, timeText, type TimeStyle } from "./timeText.ts";

/** Room for one time on the axis, in pixels. */
const tickWidth = 90;

export interface TimelineModel {
  readonly utc: boolean;
  /** In pixels. */
  readonly width: number;
  /** Only a part of what is kept is shown. */
  readonly filtered: boolean;
  toggleUtc(): void;
}

export function timelineView(panel: TimelinePanel, model: TimelineModel): TemplateResult {
  const { drawn } = panel;
  const utc = t("UTC: show times in universal time, here and in the list");
  return html`<section class="timeline" aria-label=${t("Messages by time")}>
    <div class="timeline-head">
      <span class="timeline-caption">${drawn ? caption(panel, drawn, model) : t("Counting…")}</span>
      ${drawn ? legend(drawn) : nothing}
      <button
        class="icon-button utc"
        aria-pressed=${model.utc}
        title=${utc}
        aria-label=${utc}
        @click=${() => {
          model.toggleUtc();
        }}
      >
        UTC
      </button>
    </div>
    ${plot(panel, model)}
    <div class="axis" aria-hidden="true">
      ${
        drawn
          ? ticksOf(drawn.timeline, model.utc, model.width / tickWidth).map(
              ({ at, text }) => html`<span style="left:${at}%">${text}</span>`,
            )
          : nothing
      }
    </div>
  </section>`;
}

/** The range in words. */
export function rangeText({ from, to }: TimeRange, utc: boolean): string {
  const isShort = from % 1000 !== 0 || to % 1000 !== 0;
  const style = { utc, bucketMs: isShort ? 1 : 1000, withDay: spansDays(from, Date.now(), utc) };
  const withDay = spansDays(from, to, utc);
  return t("{from} – {to}", { from: timeText(from, style), to: timeText(to, { ...style, withDay }) });
}

function styleOf({ from, to, bucketMs }: Timeline, utc: boolean): TimeStyle {
  return { utc, bucketMs, withDay: spansDays(from, to, utc) };
}

function caption(panel: TimelinePanel, { timeline, buckets }: Drawn, model: TimelineModel): string {
  if (buckets.length === 0) return t("There are no messages yet.");
  const { hovered, draft } = panel;
  if (draft) return rangeText(draft, model.utc);
  if (!hovered) return t("Received over time, a bar is {span}", { span: spanText(timeline.bucketMs) });
  const style = styleOf(timeline, model.utc);
  const parts = stackedStates
    .filter((state) => hovered.shown[state] > 0)
    .map((state) => `${count(hovered.shown[state])} ${stateWord(state).word}`);
  const texts = {
    from: timeText(hovered.from, style),
    to: timeText(hovered.from + timeline.bucketMs, style),
    kept: count(hovered.kept),
    shown: count(shownIn(hovered)),
    states: parts.join(", "),
  };
  if (shownIn(hovered) === hovered.kept && parts.length > 0) return t("{from} – {to}: {kept} ({states})", texts);
  if (parts.length === 0) return t("{from} – {to}: {kept}, none of them shown", texts);
  return t("{from} – {to}: {shown} of {kept} shown ({states})", texts);
}

function legend({ shape }: Drawn): TemplateResult {
  return html`<span class="legend">
    ${shape.states.map(
      ({ state }) =>
        html`<span class="legend-entry"><span class="swatch ${state}"></span>${stateWord(state).word}</span>`,
    )}
  </span>`;
}

function plot(panel: TimelinePanel, model: TimelineModel): TemplateResult {
  const { drawn, range } = panel;
  const on =
    (act: (event: PointerEvent, plot: HTMLElement) => void) =>
    (event: PointerEvent): void => {
      if (event.currentTarget instanceof HTMLElement) act(event, event.currentTarget);
    };
  return html`<div
    class="plot"
    style="height:${plotHeight}px"
    @pointerdown=${on((event, element) => {
      panel.pointerDown(event, element);
    })}
    @pointermove=${on((event, element) => {
      panel.pointerMove(event, element);
    })}
    @pointerup=${() => {
      panel.pointerUp();
    }}
    @pointercancel=${() => {
      panel.pointerCancel();
    }}
    @pointerleave=${() => {
      panel.pointerLeave();
    }}
  >
    ${drawn && drawn.buckets.length > 0 ? [bars(drawn, model), brush(panel, drawn.timeline, range, model.utc)] : nothing}
  </div>`;
}

function bars(drawn: Drawn, model: TimelineModel): TemplateResult {
  const { shape, buckets } = drawn;
  return html`<svg
    role="img"
    aria-label=${sentence(drawn, model)}
    viewBox="0 0 ${buckets.length} ${plotHeight}"
    preserveAspectRatio="none"
  >
    ${guard(
      [shape],
      () => svg`<path class="kept" d=${shape.kept}></path>
        ${shape.states.map(({ state, path }) => svg`<path class=${state} d=${path}></path>`)}`,
    )}
  </svg>`;
}

function sentence({ timeline, buckets }: Drawn, { utc, filtered }: TimelineModel): string {
  const style = styleOf(timeline, utc);
  const sum = (of: (bucket: Bucket) => number): number => buckets.reduce((total, bucket) => total + of(bucket), 0);
  const peak = buckets.reduce((best, bucket) => (bucket.kept > best.kept ? bucket : best));
  const texts = {
    kept: count(sum(({ kept }) => kept)),
    shown: count(sum(shownIn)),
    from: timeText(timeline.from, style),
    to: timeText(timeline.to, style),
    most: count(peak.kept),
    peak: timeText(peak.from, style),
    span: spanText(timeline.bucketMs),
  };
  if (filtered)
    return t(
      "{kept} messages from {from} to {to}, {shown} of them shown; the most in {span}, {most}, at {peak}.",
      texts,
    );
  return t("{kept} messages from {from} to {to}; the most in {span}, {most}, at {peak}.", texts);
}

function brush(panel: TimelinePanel, axis: Timeline, range: TimeRange | undefined, utc: boolean): TemplateResult {
  const { from, to } = range ?? axis;
  const percent = (time: number): number =>
    Math.max(0, Math.min(100, ((time - axis.from) / (axis.to - axis.from)) * 100));
  const left = percent(from);
  const right = 100 - percent(to);
  return html`${
      range
        ? html`<div class="shade" style="left:0;right:${100 - left}%"></div>
            <div class="shade" style="left:${100 - right}%;right:0"></div>`
        : nothing
    }
    <div class="brush ${range ? "set" : ""}" style="left:${left}%;right:${right}%">
      ${handle(panel, "from", axis, from, utc)} ${handle(panel, "to", axis, to, utc)}
    </div>`;
}

function handle(panel: TimelinePanel, edge: "from" | "to", axis: Timeline, time: number, utc: boolean): TemplateResult {
  const bars = Math.round((axis.to - axis.from) / axis.bucketMs);
  const now = Math.round((time - axis.from) / axis.bucketMs);
  const hint = t("Arrow keys move the range, with Shift this edge; Escape shows any time");
  return html`<div
    class="handle ${edge}"
    data-edge=${edge}
    role="slider"
    tabindex="0"
    title=${hint}
    aria-label=${edge === "from" ? t("Start of the range of time") : t("End of the range of time")}
    aria-description=${hint}
    aria-orientation="horizontal"
    aria-valuemin="0"
    aria-valuemax=${bars}
    aria-valuenow=${Math.max(0, Math.min(bars, now))}
    aria-valuetext=${timeText(time, styleOf(axis, utc))}
    @keydown=${(event: KeyboardEvent) => {
      panel.press(event, edge);
    }}
  ></div>`;
}
