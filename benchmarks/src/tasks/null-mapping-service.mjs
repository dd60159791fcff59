// A server of this process that answers delta updates of identity mappings at once and keeps nothing: every entry is
// given back as the service would, with an id of its own.
import { createServer } from "node:http";

/** Starts it; `entries` counts what was sent to it, `requests` the updates. */
export async function startNullMappingService() {
  const tally = { requests: 0, entries: 0 };
  const server = createServer((request, reply) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const { value } = JSON.parse(Buffer.concat(chunks).toString());
      tally.requests += 1;
      const answers = value.map(({ "@removed": removed, ...entry }) => {
        tally.entries += 1;
        const id = Buffer.from(`\u0001\0\0\0\u0001\0\0\0${entry.sourceUserIdentity.userPrincipalName}`).toString(
          "base64",
        );
        return removed === undefined ? { id, ...entry } : { id, ...entry, deleted: { state: "deleted" } };
      });
      const context = "https://graph.microsoft.com/beta/$metadata#crossOrganizationUserMappings/$delta";
      reply.setHeader("content-type", "application/json");
      reply.end(JSON.stringify({ "@odata.context": context, value: answers }));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, tally, close: () => server.close() };
}
