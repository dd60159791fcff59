import { demand } from "./fault.ts";

/** `major.minor`; a major version has fewer than 512 minor ones. */
export interface VersionLabel {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

const mostMinor = 511;

export function versionLabel(text = "1.0"): VersionLabel {
  const parts = /^(\d+)\.(\d+)$/.exec(text);
  demand(parts !== null, `The version '${text}' is not valid.`, "format");
  const [major, minor] = [Number(parts[1]), Number(parts[2])];
  demand(minor <= mostMinor && major <= 0x3fffff, `The version '${text}' is not valid.`, "argument");
  return { text, major, minor };
}

export function compareLabels(one: VersionLabel, other: VersionLabel): number {
  return one.major - other.major || one.minor - other.minor;
}

/** The labels of `Versions`: none twice, none above the outer one, and the outer one among them. */
export function demandLabels(labels: readonly VersionLabel[], outer: VersionLabel, url: string): void {
  const seen = new Set<string>();
  for (const label of labels) {
    const key = `${label.major}.${label.minor}`;
    demand(!seen.has(key), `The version '${label.text}' of '${url}' is there twice.`);
    seen.add(key);
    demand(compareLabels(label, outer) <= 0, `The version '${label.text}' of '${url}' is above '${outer.text}'.`);
  }
  demand(seen.has(`${outer.major}.${outer.minor}`), `The versions of '${url}' lack the current one, '${outer.text}'.`);
}
