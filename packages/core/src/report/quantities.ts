const units = ["kB", "MB", "GB", "TB", "PB"] as const;

/** `12,345` */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 job`, `12,345 jobs` */
export function countOf(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Decimal units: `999 B`, `1.2 MB`, `340 GB`. */
export function bytes(value: number): string {
  if (value < 999.5) return `${Math.round(value)} B`;
  let shown = value;
  let unit = "";
  for (const next of units) {
    shown /= 1000;
    unit = next;
    // 999.95 would be shown as 1000.
    if (shown < 999.5) break;
  }
  return `${shown < 9.95 ? shown.toFixed(1) : count(shown)} ${unit}`;
}

/** `4.2`, `123`, `0.03`: two digits that count. */
export function rate(value: number): string {
  if (value === 0 || value >= 10) return count(value);
  return String(Number(value.toPrecision(2)));
}

/** `340 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h` */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [large, small] = seconds < 3600 ? [60, 1] : seconds < 86_400 ? [3600, 60] : [86_400, 3600];
  const names: Readonly<Record<number, string>> = { 1: "s", 60: "min", 3600: "h", 86400: "d" };
  const whole = Math.floor(seconds / large);
  const rest = Math.floor((seconds % large) / small);
  return rest === 0 ? `${whole} ${names[large]}` : `${whole} ${names[large]} ${rest} ${names[small]}`;
}

/** `2026-01-05 10:00:00`, UTC; what is no date stays as it is. */
export function moment(text: string | undefined): string {
  if (text === undefined) return "";
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString().slice(0, 19).replace("T", " ");
}

/** `12.3%`; never 0% of something, nor 100% while something is missing. */
export function percentage(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0%";
  if (part === whole) return "100%";
  const percent = (part / whole) * 100;
  if (percent < 0.1) return "<0.1%";
  return percent > 99.9 ? ">99.9%" : `${percent.toFixed(1)}%`;
}
