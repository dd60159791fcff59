/**
 * A record that is still being made. What most elements lack is set afterwards: spreading it in costs more than all else
 * of making a record.
 */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
