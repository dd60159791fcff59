// A blob service that answers at once and keeps nothing but XML files, which are read back: what a client costs without
// any store. One process of its own, so that nothing of it counts as the client's.
import { createServer } from "node:http";

const kept = new Map();

const server = createServer((request, response) => {
  const path = request.url.split("?")[0];
  const chunks = path.endsWith(".xml") ? [] : undefined;
  request.on("data", (chunk) => chunks?.push(chunk));
  request.on("end", () => {
    const headers = {
      etag: '"0x8D0000000000000"',
      "last-modified": "Tue, 12 Mar 2024 10:45:00 GMT",
      "x-ms-version": "2021-12-02",
      "x-ms-request-id": "00000000-0000-0000-0000-000000000000",
    };
    if (request.method === "PUT") {
      if (chunks && !request.url.includes("comp="))
        kept.set(path, {
          body: Buffer.concat(chunks),
          md5: request.headers["content-md5"],
          iv: request.headers["x-ms-meta-iv"],
        });
      if (request.url.includes("comp=snapshot")) headers["x-ms-snapshot"] = "2024-03-12T10:45:00.0000000Z";
      return response.writeHead(201, { ...headers, "content-length": 0 }).end();
    }
    if (request.method === "DELETE") return response.writeHead(202, { ...headers, "content-length": 0 }).end();
    const blob = kept.get(path);
    if (blob === undefined)
      return response.writeHead(404, { ...headers, "x-ms-error-code": "BlobNotFound", "content-length": 0 }).end();
    Object.assign(headers, {
      "content-length": blob.body.length,
      "content-md5": blob.md5,
      "x-ms-blob-type": "BlockBlob",
    });
    if (blob.iv) headers["x-ms-meta-iv"] = blob.iv;
    response.writeHead(200, headers);
    return request.method === "HEAD" ? response.end() : response.end(blob.body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(`listens on http://127.0.0.1:${server.address().port}`));
