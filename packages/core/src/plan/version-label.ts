import { VERSION_MAX_MAJOR, VERSION_MAX_MINOR } from "../model/index.ts";

/** Internal numbers of the versions of one major: `UIVersion` = major x 512 + minor (package format, 4). */
const NUMBERS_PER_MAJOR: number = VERSION_MAX_MINOR + 1;

const label = /^(0|[1-9][0-9]{0,9})\.(0|[1-9][0-9]{0,2})$/;

/** The internal number of a version label, `major.minor`; undefined if the text is none. `0.0` is none. */
export function versionNumber(text: string): number | undefined {
  const [, majorDigits, minorDigits] = (typeof text === "string" && label.exec(text)) || [];
  const major = Number(majorDigits);
  const minor = Number(minorDigits);
  if (!(major <= VERSION_MAX_MAJOR && minor <= VERSION_MAX_MINOR) || major + minor === 0) return undefined;
  return major * NUMBERS_PER_MAJOR + minor;
}

/**
 * The labels of an item's versions, oldest first, the current one last. Those that the source doesn't give are counted
 * up in majors: `1.0`, or the next major after the version before. The second form says what is wrong with them.
 */
export function versionLabels(given: readonly (string | undefined)[]): readonly string[] | { readonly fault: string } {
  const labels: string[] = [];
  let before = 0;
  for (const text of given) {
    const number = text === undefined ? nextMajor(before) : versionNumber(text);
    if (number === undefined || number > numberOf(VERSION_MAX_MAJOR, VERSION_MAX_MINOR)) {
      const form = `major.minor, up to ${VERSION_MAX_MAJOR}.${VERSION_MAX_MINOR} and above 0.0`;
      return { fault: `a version's label is ${form}: current value is ${JSON.stringify(text)}` };
    }
    if (number <= before) {
      const value = `${labels.at(-1)} before ${textOf(number)}`;
      return {
        fault: `versions come with the oldest first, each label above the one before: current value is ${value}`,
      };
    }
    labels.push(textOf(number));
    before = number;
  }
  return labels;
}

/** The label for a version that is written once more before the version of this label; undefined: there is none below. */
export function labelBelow(text: string): string | undefined {
  const number = versionNumber(text) ?? 0;
  const minor = number % NUMBERS_PER_MAJOR;
  const major = (number - minor) / NUMBERS_PER_MAJOR;
  if (minor > 0) return major === 0 && minor === 1 ? undefined : `${major}.${minor - 1}`;
  return major >= 2 ? `${major - 1}.0` : "0.1";
}

function nextMajor(number: number): number {
  return numberOf(Math.floor(number / NUMBERS_PER_MAJOR) + 1, 0);
}

function numberOf(major: number, minor: number): number {
  return major * NUMBERS_PER_MAJOR + minor;
}

function textOf(number: number): string {
  return `${Math.floor(number / NUMBERS_PER_MAJOR)}.${number % NUMBERS_PER_MAJOR}`;
}
