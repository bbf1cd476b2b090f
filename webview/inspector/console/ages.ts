import { t } from "@vscode/l10n";

/** "45 s", "12 min", "1 h 5 min": as exact as one needs to know how long something waits. */
export function ageText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return t("{seconds} s", { seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t("{minutes} min", { minutes });
  return t("{hours} h {minutes} min", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** "12 min of 30 min", only "12 min" without a limit. */
export function ageOf(milliseconds: number, within: number | undefined): string {
  const age = ageText(milliseconds);
  return within === undefined ? age : t("{age} of {limit}", { age, limit: ageText(within) });
}

/** From this part of the limit on it is time to settle. */
export const warningFrom = 0.8;

/** How much of the limit has gone by: `soon` = at least 80 % · `over` = the broker may have taken it back. */
export function urgency(milliseconds: number, within: number | undefined): "calm" | "soon" | "over" {
  if (within === undefined || milliseconds < within * warningFrom) return "calm";
  return milliseconds < within ? "soon" : "over";
}
