/** 1,234,567 */
export function grouped(count: number): string {
  return count.toLocaleString("en");
}

/** "34.2 MiB" */
export function sizeText(bytes: number): string {
  if (bytes === 1) return "1 byte";
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;
  const step = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** step;
  return `${step === 0 ? grouped(bytes) : value.toFixed(1)} ${units[step] ?? ""}`;
}
