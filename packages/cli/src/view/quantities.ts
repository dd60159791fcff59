const units = ["kB", "MB", "GB", "TB", "PB"] as const;

/** `12,345`, for whole numbers. (Intl.NumberFormat takes 40 ms of CPU to load its tables, more than all else here.) */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 file`, `12,345 files` */
export function formatCountOf(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Decimal units, as the package limit counts: `999 B`, `1.2 MB`, `340 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = "";
  for (const next of units) {
    value /= 1000;
    unit = next;
    // 999.95 would be shown as 1000.
    if (value < 999.5) break;
  }
  return `${value < 9.95 ? value.toFixed(1) : formatCount(Math.round(value))} ${unit}`;
}

/** `0:07`, `12:34`, `1:02:03` */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
