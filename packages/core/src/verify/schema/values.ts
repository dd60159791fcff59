import type { Code } from "../../errors/index.ts";
import type { ValueType } from "./types.ts";

/** What is wrong with a value: a code and what was expected. */
export interface ValueFault {
  readonly code: Code;
  readonly expected: string;
}

export type ValueCheck = (value: string) => ValueFault | undefined;

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Zeros, then no more digits than the largest type has: reading a number takes longer than its length. */
const integer = /^[+-]?0*\d{1,20}$/;
const float = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|-?INF|NaN)$/;
const dateTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?$/;
const booleans: ReadonlySet<string> = new Set(["true", "false", "1", "0"]);
/** The last digit before the padding holds 2 bits of 16 bytes, 4 bits of 20 bytes; the rest of it must be zero. */
const base64of16 = /^[A-Za-z0-9+/]{21}[AQgw]==$/;
const base64of20 = /^[A-Za-z0-9+/]{26}[AEIMQUYcgkosw048]=$/;

const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int: [-2147483648n, 2147483647n],
  short: [-32768n, 32767n],
  byte: [-128n, 127n],
  unsignedByte: [0n, 255n],
  unsignedLong: [0n, 18446744073709551615n],
};

/** GUIDs with hyphens, without braces, in either case. */
export function isGuid(value: string): boolean {
  return guid.test(value);
}

/** Standard base64 with padding, of any length: a pattern would run out of stack on a hostile one. */
export function isBase64(value: string): boolean {
  return value.length % 4 === 0 && Buffer.from(value, "base64").toString("base64") === value;
}

export function isDateTime(value: string): boolean {
  const parts = dateTime.exec(value);
  if (parts === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return false;
  return (hour < 24 && minute < 60 && second < 60) || (hour === 24 && minute === 0 && second === 0);
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The schema types collapse white space around these values before they look at them. */
function collapsed(value: string): string {
  return value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
}

function isInRange(value: string, type: string): boolean {
  if (!integer.test(value)) return false;
  const range = ranges[type];
  const number = BigInt(value.startsWith("+") ? value.slice(1) : value);
  return range !== undefined && number >= range[0] && number <= range[1];
}

function fault(code: Code, expected: string): ValueFault {
  return { code, expected };
}

/** The check of a type; undefined where every string is right. */
export function valueCheck(type: ValueType): ValueCheck | undefined {
  if (typeof type === "object") {
    const names = new Set(type);
    const wrong = fault("SCHEMA_ENUMERATION", `one of ${type.join(", ")}`);
    return (value) => (names.has(value) ? undefined : wrong);
  }
  switch (type) {
    case "string":
      return undefined;
    case "guid": {
      const wrong = fault("GUID_INVALID", "a GUID with hyphens and without braces");
      return (value) => (guid.test(value) ? undefined : wrong);
    }
    case "boolean": {
      const wrong = fault("SCHEMA_VALUE", "true or false");
      return (value) => (booleans.has(collapsed(value)) ? undefined : wrong);
    }
    case "float": {
      const wrong = fault("SCHEMA_VALUE", "a number");
      return (value) => (float.test(collapsed(value)) ? undefined : wrong);
    }
    case "dateTime": {
      const wrong = fault("SCHEMA_DATE", "a date of the form 2024-12-31T23:59:59");
      return (value) => (isDateTime(collapsed(value)) ? undefined : wrong);
    }
    case "base64of16": {
      const wrong = fault("HASH_INVALID", "base64 of 16 bytes");
      return (value) => (base64of16.test(value) ? undefined : wrong);
    }
    case "base64of20": {
      const wrong = fault("HASH_INVALID", "base64 of 20 bytes");
      return (value) => (base64of20.test(value) ? undefined : wrong);
    }
    default: {
      const [low, high] = ranges[type] ?? [0n, 0n];
      const wrong = fault("SCHEMA_VALUE", `an integer from ${low} to ${high}`);
      return (value) => (isInRange(collapsed(value), type) ? undefined : wrong);
    }
  }
}
