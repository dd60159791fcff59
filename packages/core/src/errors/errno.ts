/** The code of an error of the operating system, `ENOENT`; undefined for anything else that was thrown. */
export function errnoOf(reason: unknown): string | undefined {
  if (!(reason instanceof Error) || !("code" in reason)) return undefined;
  return typeof reason.code === "string" ? reason.code : undefined;
}
