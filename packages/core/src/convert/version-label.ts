import { VERSION_MAX_MAJOR, VERSION_MAX_MINOR } from "../model/index.ts";

const LABEL = /^(\d{1,7})\.(\d{1,3})$/;

/** `512 x major + minor` of a label (package format, 4); undefined if it is none. */
export function versionNumber(label: string | undefined): number | undefined {
  const [, major, minor] = LABEL.exec(label ?? "") ?? [];
  if (major === undefined || minor === undefined) return undefined;
  if (Number(major) > VERSION_MAX_MAJOR || Number(minor) > VERSION_MAX_MINOR) return undefined;
  return Number(major) * (VERSION_MAX_MINOR + 1) + Number(minor);
}
