/** Times in the words of the user's language, local or UTC. */

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** How a time is written where a bar stands for `bucketMs`: no finer than that. */
export interface TimeStyle {
  readonly utc: boolean;
  readonly bucketMs: number;
  /** With the day, because more than one is shown. */
  readonly withDay: boolean;
}

/** "14:03", "14:03:05", "14:03:05.200", with the day before it where it is not clear. */
export function timeText(time: number, { utc, bucketMs, withDay }: TimeStyle): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes, seconds] = utc
    ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
    : [date.getHours(), date.getMinutes(), date.getSeconds()];
  let text = `${two(hours)}:${two(minutes)}`;
  if (bucketMs < minute) text += `:${two(seconds)}`;
  if (bucketMs < second) text += `.${String(date.getUTCMilliseconds()).padStart(3, "0")}`;
  return withDay || bucketMs >= day ? `${dayText(date, utc)} ${text}` : text;
}

// Making these is slow, and they are asked with each drawing.
const localDays = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const utcDays = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });
const spans = new Map<string, Intl.NumberFormat>();

function dayText(date: Date, utc: boolean): string {
  return (utc ? utcDays : localDays).format(date);
}

/** Whether two times are on different days. */
export function spansDays(from: number, to: number, utc: boolean): boolean {
  return dayText(new Date(from), utc) !== dayText(new Date(to), utc);
}

/** "5 s", "2 min" */
export function spanText(milliseconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [day, "day"],
    [60 * minute, "hour"],
    [minute, "minute"],
    [second, "second"],
    [1, "millisecond"],
  ];
  const [length, unit] = units.find(([size]) => milliseconds >= size) ?? [1, "millisecond"];
  const value = Math.round((milliseconds / length) * 10) / 10;
  let format = spans.get(unit);
  if (!format)
    spans.set(unit, (format = new Intl.NumberFormat(undefined, { style: "unit", unit, unitDisplay: "short" })));
  return format.format(value);
}

/** Milliseconds that the clock shown is ahead of UTC. */
export function zoneOffset(time: number, utc: boolean): number {
  return utc ? 0 : -new Date(time).getTimezoneOffset() * minute;
}
