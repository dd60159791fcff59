import { PrimepackError } from "@primepack/core/errors";
import type { CrossTenantSwitches, EmulatedOrganizations } from "../types.ts";

/** Geo of the target organization that is taken where a move names none. */
export const DEFAULT_GEO = "FRA";
/** Stands for the target organization where a move names no host. */
export const DEFAULT_TARGET_HOST = "https://target-my.sharepoint.example";

/** All of them, with their defaults. */
export type Organizations = Required<Omit<EmulatedOrganizations, "switches">> & {
  readonly switches: Required<CrossTenantSwitches>;
};

/** @throws INVALID_OPTION for times that are none */
export function resolveOrganizations(given: EmulatedOrganizations = {}): Organizations {
  const { moveMs = 2000, startDelayMs = 500 } = given;
  checkMilliseconds("moveMs", moveMs);
  checkMilliseconds("startDelayMs", startDelayMs);
  return {
    relationship: true,
    sameFarm: false,
    identityMapNeeded: true,
    permission: "manage",
    users: [],
    withoutOneDrive: [],
    ...given,
    moveMs,
    startDelayMs,
    switches: {
      taskLookup: "newest",
      failedValidation: "status",
      cancelEnded: "refuse",
      taskStatusText: "published",
      badMappingEntry: "request",
      absentMapping: "notFound",
      absentRemoval: "accept",
      repeatedMapping: "last",
      crossTenantWording: "cannot",
      ...given.switches,
    },
  };
}

/** The UPN of who has the object id: as given, or one made of the id. */
export function userPrincipalNameOf({ users }: Organizations, side: "source" | "target", id: string): string {
  const known = users.find((user) => user.id.toLowerCase() === id.toLowerCase());
  return known?.userPrincipalName ?? `${id}@${side}.example`;
}

function checkMilliseconds(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot start the emulator as organizations.${name} must be a whole number of milliseconds: current value is ${value}`,
  );
}
