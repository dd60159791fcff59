import {
  type CrossTenantTasks,
  crossTenantTasks,
  type GroupMapping,
  groupMappings,
  type IdentityMappings,
  type UserMapping,
  userMappings,
} from "@primepack/cross-tenant";
import { type Emulator, type EmulatorOptions, startEmulator } from "@primepack/emulator";
import { type Exchange, type Relay, startRelay } from "@primepack/test-support";

/** An answer to a request that no client made. */
export interface RawReply {
  readonly status: number;
  /** Undefined: none. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** The emulator as both organizations, with clients of it whose requests can be seen. */
export interface EmulatedPair {
  readonly emulator: Emulator;
  readonly relay: Relay;
  readonly tasks: CrossTenantTasks;
  readonly users: IdentityMappings<UserMapping>;
  readonly groups: IdentityMappings<GroupMapping>;
  /** The exchange that came last. */
  last(): Exchange;
  /** Sends a request past the clients and the relay; `path` is below `sharePointMigrationsRoot`. */
  raw(method: string, path: string, body?: unknown): Promise<RawReply>;
  /** Maps users of these names, so that the emulator moves them. */
  map(...userPrincipalNames: string[]): Promise<void>;
  stop(): Promise<void>;
}

export const ROOT = "/beta/solutions/sharePoint/migrations";

const credential = { getToken: async () => ({ token: "emulated", expiresOnTimestamp: Date.now() + 3_600_000 }) };

export async function startEmulatedPair(
  directory: string,
  options: Omit<EmulatorOptions, "directory"> = {},
): Promise<EmulatedPair> {
  const emulator = await startEmulator({ directory, ...options });
  const relay = await startRelay(emulator.url);
  const connection = {
    ...{ graphUrl: `${relay.url}/beta`, credential },
    retry: { attempts: 6, firstDelayMs: 1, maxDelayMs: 5 },
  };
  const tasks = crossTenantTasks(connection);
  const users = userMappings(connection);
  const groups = groupMappings(connection);
  const pair: EmulatedPair = {
    ...{ emulator, relay, tasks, users, groups },
    last() {
      const exchange = relay.exchanges.at(-1);
      if (exchange === undefined) throw new Error("Nothing was sent");
      return exchange;
    },
    async raw(method, path, body) {
      const reply = await fetch(`${emulator.url}${ROOT}/${path}`, {
        method,
        headers: { authorization: "Bearer raw", "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      return { status: reply.status, body: text === "" ? undefined : JSON.parse(text) };
    },
    async map(...userPrincipalNames) {
      const value = userPrincipalNames.map((userPrincipalName) => ({
        sourceUserIdentity: { userPrincipalName },
        targetUserIdentity: { userPrincipalName: userPrincipalName.replace(/@.*/, "@north.example") },
      }));
      const { status } = await pair.raw("PATCH", "crossOrganizationUserMappings", { "@context": "#$delta", value });
      if (status !== 200) throw new Error(`The users could not be mapped: ${status}`);
    },
    async stop() {
      for (const opened of [tasks, users, groups]) await opened.close();
      await relay.stop();
      await emulator.stop();
    },
  };
  return pair;
}
