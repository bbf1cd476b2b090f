/** HH:mm:ss.SSS in local time, or in UTC. */
export function clockTime(milliseconds: number, utc = false): string {
  return parts(milliseconds, utc).clock;
}

/** The same on the day of `now`; on another day month and day instead of the milliseconds. */
export function listTime(milliseconds: number, utc: boolean, now: number): string {
  const { date, clock } = parts(milliseconds, utc);
  return dayOf(now, utc) === dayOf(milliseconds, utc) ? clock : `${date.slice(5)} ${clock.slice(0, 8)}`;
}

/** "2026-11-21 14:03:59.123 UTC", or with the distance of local time from it. */
export function fullTime(milliseconds: number, utc: boolean): string {
  const { date, clock } = parts(milliseconds, utc);
  return `${date} ${clock} ${utc ? "UTC" : offsetOf(milliseconds)}`;
}

/** "12s", "5m 3s", "2h 10m", "3d 4h", as the filter takes them. */
export function ageText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (days > 0) return `${days}d ${hours % 24}h`;
  if (hours > 0) return `${hours}h ${minutes % 60}m`;
  return minutes > 0 ? `${minutes}m ${seconds % 60}s` : `${seconds}s`;
}

/** "512 B", "1.2 KB", "16 MB"; a kilobyte has 1,024 bytes, as in VS Code. */
export function byteSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes;
  let unit = "B";
  for (const next of ["KB", "MB", "GB"]) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toString()} ${unit}`;
}

// Making one is slow; the page writes some dozens of numbers with each drawing.
const numbers = new Intl.NumberFormat();

/** With the separators of the user's language. */
export function count(value: number): string {
  return numbers.format(value);
}

function parts(milliseconds: number, utc: boolean): { readonly date: string; readonly clock: string } {
  // What would be local time is written as if it were UTC.
  const shift = utc ? 0 : new Date(milliseconds).getTimezoneOffset() * 60_000;
  const moved = new Date(milliseconds - shift);
  if (Number.isNaN(moved.getTime())) return { date: "", clock: "" };
  const [date = "", clock = ""] = moved.toISOString().split("T");
  return { date, clock: clock.slice(0, 12) };
}

function dayOf(milliseconds: number, utc: boolean): number {
  const shift = utc ? 0 : new Date(milliseconds).getTimezoneOffset() * 60_000;
  return Math.floor((milliseconds - shift) / 86_400_000);
}

/** "+02:00" */
function offsetOf(milliseconds: number): string {
  const minutes = -new Date(milliseconds).getTimezoneOffset();
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
