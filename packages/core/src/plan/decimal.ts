/** A number in decimal digits with a point, without exponent, whatever its magnitude; a text of that form as it is. */
export function decimal(value: number | string): string {
  if (typeof value === "string") return value;
  // The shortest digits that lead back to the number, with an exponent below 1e-6 and from 1e21 on.
  const [mantissa = "", exponent] = String(value === 0 ? 0 : value).split("e");
  if (exponent === undefined) return mantissa;
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(mantissa) ?? [];
  const shift = Number(exponent);
  if (shift < 0) return `${sign}0.${"0".repeat(-shift - 1)}${whole}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(shift, "0")}`;
}

/** Whether the text is a decimal as {@link decimal} writes it, save for its zeros. */
export function isDecimal(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}
