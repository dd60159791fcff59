/** An object as JSON has it, with any names. */
export type Members = Readonly<Record<string, unknown>>;

/** Whether a value of JSON is an object: neither null nor a list. */
export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
