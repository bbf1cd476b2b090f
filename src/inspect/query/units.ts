/** Amounts and moments as they are written in a filter. */

const sizes: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kb: 1000,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1000 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1000 ** 3,
  gib: 1024 ** 3,
};

/** "10kb", "1.5 MiB". @returns bytes, or undefined when it is none */
export function parseSize(text: string): number | undefined {
  return amount(text, sizes);
}

const durations: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "5m", "1.5h". @returns milliseconds, or undefined when it is none */
export function parseDuration(text: string): number | undefined {
  return amount(text, durations);
}

function amount(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  const unit = units[found?.[2]?.toLowerCase() ?? "-"];
  return found && unit !== undefined ? Number(found[1]) * unit : undefined;
}

const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?`;
const timeForm = new RegExp(`^${clock}$`);
const dateForm = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[T ]${clock}(Z|[+-]\d{2}:?\d{2})?)?$`, "i");

/**
 * "14:03", "14:03:59.5" (of today), "2026-11-21", "2026-11-21T14:03" (local unless it ends in Z or +02:00).
 * @param now milliseconds since 1970
 * @returns from when to when that is (not included), in milliseconds since 1970; undefined when it is no moment
 */
export function parseMoment(text: string, now: number): { readonly from: number; readonly to: number } | undefined {
  const time = timeForm.exec(text);
  if (time) {
    const [, hours, minutes, seconds, parts] = time;
    const today = new Date(now);
    return moment([today.getFullYear(), today.getMonth() + 1, today.getDate()], [hours, minutes, seconds, parts]);
  }
  const [, year, month, day, hours, minutes, seconds, parts, zone] = dateForm.exec(text) ?? [];
  if (year === undefined) return undefined;
  return moment([Number(year), Number(month), Number(day)], [hours, minutes, seconds, parts], zone);
}

function moment(
  [year, month, day]: readonly [number, number, number],
  [hours, minutes, seconds, parts]: readonly (string | undefined)[],
  zone?: string,
): { readonly from: number; readonly to: number } | undefined {
  const milliseconds = Number((parts ?? "0").padEnd(3, "0"));
  const fields = [year, month - 1, day, Number(hours ?? 0), Number(minutes ?? 0), Number(seconds ?? 0)] as const;
  const [, , , hour, minute, second] = fields;
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59) return undefined;
  const from =
    zone === undefined
      ? new Date(...fields, milliseconds).getTime()
      : Date.UTC(...fields, milliseconds) - zoneMilliseconds(zone);
  if (hours === undefined) {
    const next = new Date(year, month - 1, day + 1).getTime();
    return { from, to: next };
  }
  const precision = parts !== undefined ? 10 ** (3 - parts.length) : seconds !== undefined ? 1000 : 60_000;
  return { from, to: from + precision };
}

function zoneMilliseconds(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
}
