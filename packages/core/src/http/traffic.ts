import { PrimepackError } from "../errors/index.ts";
import type { TrafficDecoration } from "./service-types.ts";
import { PACKAGE_VERSION } from "./version.ts";

/**
 * The User-Agent that says whose traffic this is: `NONISV|Company|Application/1.0`.
 *
 * @throws INVALID_OPTION if a part holds what would end it
 */
export function userAgentOf(traffic: TrafficDecoration = {}): string {
  const { kind = "NONISV", company = "Primepack", application = "Primepack", version = PACKAGE_VERSION } = traffic;
  for (const [name, value] of Object.entries({ company, application, version })) {
    if (/^[\x20-\x7e]+$/.test(value) && !/[|/]/.test(value)) continue;
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot decorate the traffic as ${name} must be printable ASCII without | and /: current value is ${JSON.stringify(value)}`,
    );
  }
  return `${kind}|${company}|${application}/${version}`;
}
