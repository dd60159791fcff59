import type { PolledEvents } from "../types.ts";

/** Events that are read from a service. */
export interface ServiceEvents extends PolledEvents {
  /** Ends the connections, unless the caller brought the client. */
  close(): Promise<void>;
}

/** Pages that one read takes at most, so that a service whose tokens never end doesn't hold it; the rest is the next read's. */
export const MAX_PAGES_OF_READ = 1000;
