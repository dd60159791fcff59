import { startFaultServer } from "@primepack/test-support";
import { expect, it, vi } from "vitest";
import { openConnection } from "./service-connection.ts";
import type { ServiceClient } from "./service-types.ts";

const answered = { status: 200, headers: { "content-type": "application/json" }, body: "{}" };

/** Scopes that a connection's client asks its token for. */
async function scopesAsked(scopes?: readonly string[]): Promise<unknown> {
  const server = await startFaultServer([answered]);
  const getToken = vi.fn(async () => ({ token: "token", expiresOnTimestamp: Date.UTC(2100, 0) }));
  const { client, close } = openConnection(`${server.url}/beta`, {
    credential: { getToken },
    ...(scopes === undefined ? {} : { scopes }),
  });
  try {
    expect(getToken).not.toHaveBeenCalled();
    await client.send({ method: "GET", url: "x", doing: "look" });
    expect(server.requests.map(({ url }) => url)).toEqual(["/beta/x"]);
    const [asked] = getToken.mock.calls as unknown as [[unknown]];
    return JSON.parse(JSON.stringify(asked[0]).replaceAll(server.url, "ORIGIN"));
  } finally {
    await close();
    await server.stop();
  }
}

it("openConnection() makes a client of the base URL, with tokens for its host unless other scopes are given", async () => {
  expect(await scopesAsked()).toEqual(["ORIGIN/.default"]);
  expect(await scopesAsked(["https://other.example/.default"])).toEqual(["https://other.example/.default"]);
});

it("openConnection() takes a client that is shared as it is, and leaves it open", async () => {
  const client: ServiceClient = {
    baseUrl: "https://shared.example",
    send: () => Promise.reject(new Error("not called")),
    close: () => Promise.reject(new Error("closed")),
  };
  const opened = openConnection("https://not.looked.at.example", { client });
  expect(opened.client).toBe(client);
  await opened.close();
});

it("openConnection() refuses a base URL that is none, or sends tokens in the clear", () => {
  const credential = { getToken: async () => null };
  for (const url of ["", "graph", "http://graph.microsoft.com"]) {
    expect(() => openConnection(url, { credential })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  }
});
