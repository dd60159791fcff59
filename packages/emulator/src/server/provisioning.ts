import type { ProvisionedContainers } from "../storage/provision.ts";

/** What the services hand out. */
export interface Provisioning {
  provisionContainers(): Promise<ProvisionedContainers>;
  /** The URI of a fresh queue, with its SAS. */
  provisionQueue(): Promise<string>;
}
