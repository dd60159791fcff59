import { createHash } from "node:crypto";
import { HttpTransport } from "../http/http-transport.ts";
import { networkToWire } from "../http/network.ts";
import type { NetworkOptions } from "../model/index.ts";
import { ThrottleGate } from "./throttling.ts";

/** What all containers of one store share within a thread. */
export interface Connection {
  readonly transport: HttpTransport;
  readonly gate: ThrottleGate;
}

// Kept for the life of the thread: each package has containers of its own, and all of them are to use the same
// connections. Idle ones close after seconds, and the number of stores is small.
const connections = new Map<string, Connection>();

/** The one connection of this thread to the store of `url`. */
export function connectionTo(url: string, network: NetworkOptions = {}): Connection {
  const { origin } = new URL(url);
  const key = createHash("sha256")
    .update(JSON.stringify([origin, networkToWire(network)]))
    .digest("base64");
  let connection = connections.get(key);
  if (connection === undefined) {
    connection = { transport: new HttpTransport(origin, network), gate: new ThrottleGate() };
    connections.set(key, connection);
  }
  return connection;
}
