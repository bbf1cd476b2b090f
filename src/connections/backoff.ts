const first = 1_000;
const most = 30_000;

/**
 * How long to wait before an attempt to reconnect, in milliseconds: 0.5 s to 1 s for the first, twice as much each time,
 * 30 s at most. The random half keeps many clients from coming back at the same moment.
 * @param attempt 0 for the first
 * @param random gives 0 to 1
 */
export function backoffDelay(attempt: number, random: () => number): number {
  const whole = Math.min(most, first * 2 ** Math.min(attempt, 20));
  return Math.round(whole / 2 + (whole / 2) * random());
}
