/** The HRESULT that a line of a log names, as signed decimal text (the form of events); empty if it names none. */
export function errorCodeIn(line: string): string {
  const decimal = /(?<![\w.-])-2\d{9}(?!\d)/.exec(line)?.[0];
  if (decimal !== undefined) return decimal;
  const hex = /\b0x(8[0-9a-f]{7})\b/i.exec(line)?.[1];
  return hex === undefined ? "" : String(Number.parseInt(hex, 16) | 0);
}
