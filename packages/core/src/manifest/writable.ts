/**
 * A record that is still being made. What every element has is in one literal, and what few have is set afterwards:
 * spreading it in costs more than all else of making a record.
 */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
