/** "+12 ms", "+1.25 s", "+3 min 20 s" */
export function latencyText(milliseconds: number): string {
  if (milliseconds < 999.5) return `+${String(Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.995) return `+${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `+${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`;
  return `+${String(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60))} min`;
}
