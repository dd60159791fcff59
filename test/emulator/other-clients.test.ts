import { createDecipheriv } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BlobServiceClient, ContainerClient, ContainerSASPermissions } from "@azure/storage-blob";
import { QueueClient, QueueSASPermissions, QueueServiceClient } from "@azure/storage-queue";
import { type Emulator, startEmulator } from "@primepack/emulator";
import { temporaryFolder } from "@primepack/test-support";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handWrittenPackage, note, type PackageTarget, type SealedBlob } from "./hand-written-package.ts";

// Whole imports by clients that share nothing with ours: raw HTTP in the documents' forms, and the plain Azure SDKs.

const folder = temporaryFolder();
let emulators = 0;
let emulator: Emulator;
beforeEach(async () => {
  emulators += 1;
  emulator = await startEmulator({ directory: folder(`${emulators}`) });
});
afterEach(() => emulator.stop());

// biome-ignore lint/suspicious/noExplicitAny: replies are looked into as a client without types would
type Json = any;

async function http(
  url: string,
  init: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string | Buffer } = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string; readonly json: Json }> {
  const { body, ...rest } = init;
  const reply = await fetch(url, {
    ...rest,
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  });
  const text = await reply.text();
  const isJson = /json/.test(reply.headers.get("content-type") ?? "");
  return { status: reply.status, headers: reply.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

const bearer = { Authorization: "Bearer of-the-test" };
const verbose = {
  ...bearer,
  Accept: "application/json;odata=verbose",
  "Content-Type": "application/json;odata=verbose",
};
const minimal = { ...bearer, Accept: "application/json;odata=minimalmetadata", "Content-Type": "application/json" };
const nometadata = { ...bearer, Accept: "application/json;odata=nometadata", "Content-Type": "application/json" };

/** Repeats until the result holds; the emulator answers at once, and a job of this size takes moments. */
async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let turn = 0; turn < 5_000; turn++) {
    const value = await ask();
    if (holds(value)) return value;
  }
  throw new Error("It never came to that");
}

async function findTarget(): Promise<PackageTarget> {
  const web = await http(`${emulator.siteUrl}/_api/web?$select=Id,ServerRelativeUrl`, { headers: verbose });
  const list = await http(`${emulator.siteUrl}/_api/web/lists/getbytitle('Documents')?$expand=RootFolder`, {
    headers: verbose,
  });
  return {
    webId: web.json.d.Id,
    webUrl: web.json.d.ServerRelativeUrl,
    listId: list.json.d.Id,
    listUrl: list.json.d.RootFolder.ServerRelativeUrl.slice(web.json.d.ServerRelativeUrl.length + 1),
    rootFolderId: list.json.d.RootFolder.UniqueId,
  };
}

/** By the plain SDK. */
async function upload(uri: string, blobs: readonly SealedBlob[]): Promise<void> {
  const container = new ContainerClient(uri);
  for (const { name, bytes, iv } of blobs) {
    const blob = container.getBlockBlobClient(name);
    await blob.upload(bytes, bytes.length, iv === undefined ? {} : { metadata: { IV: iv } });
    await blob.createSnapshot();
  }
}

/** By the requests that the wire protocol lists. */
async function uploadByHand(uri: string, blobs: readonly SealedBlob[]): Promise<void> {
  const [address, sas] = uri.split("?");
  const version = { "x-ms-version": "2018-03-28" };
  for (const { name, bytes, md5, iv = "" } of blobs) {
    const blob = `${address}/${encodeURIComponent(name)}`;
    const put = await http(`${blob}?${sas}`, {
      method: "PUT",
      headers: { ...version, "x-ms-blob-type": "BlockBlob", "Content-MD5": md5 },
      body: bytes,
    });
    const metadata = await http(`${blob}?comp=metadata&${sas}`, {
      method: "PUT",
      headers: { ...version, "x-ms-meta-IV": iv },
    });
    const snapshot = await http(`${blob}?comp=snapshot&${sas}`, { method: "PUT", headers: version });
    expect([put.status, metadata.status, snapshot.status]).toEqual([201, 200, 201]);
    expect(snapshot.headers.get("x-ms-snapshot")).toMatch(/^\d{4}-/);
  }
}

function decrypt(bytes: Uint8Array, iv: string, key: Buffer): string {
  const decipher = createDecipheriv("aes-256-cbc", key, Buffer.from(iv, "base64"));
  return Buffer.concat([decipher.update(bytes), decipher.final()]).toString("utf8");
}

/** The file lies in the imported tree, and the site shows it. */
async function expectImported(): Promise<void> {
  expect(await readFile(join(emulator.directory, "sites/emulated/Shared Documents/By hand/note.txt"), "utf8")).toBe(
    note,
  );
  const url = "/sites/emulated/Shared Documents/By hand/note.txt";
  const file = await http(
    `${emulator.siteUrl}/_api/web/GetFileByServerRelativeUrl('${encodeURIComponent(url)}')/ListItemAllFields`,
    { headers: nometadata },
  );
  expect(file.json).toMatchObject({ Id: 2, FileSystemObjectType: 0 });
}

interface JobParameters {
  readonly gWebId: string;
  readonly azureContainerSourceUri: string;
  readonly azureContainerManifestUri: string;
  readonly azureQueueReportUri?: string | null;
  readonly options?: object;
}

/** One file came, and nothing went wrong. */
function expectNoProblem(events: readonly Json[]): void {
  expect(events.filter(({ Event }) => /Warning|Error/.test(Event))).toEqual([]);
  expect(events.at(-1)).toMatchObject({ Event: "JobEnd", TotalErrors: "0", FilesCreated: "1" });
}

async function waitForEnd(jobId: string): Promise<readonly Json[]> {
  const events = await until(
    async () => {
      const url = `${emulator.siteUrl}/_api/site/GetMigrationJobProgress(jobId='${jobId}',nextToken=0)`;
      const { json } = await http(url, { headers: nometadata });
      return json.Logs.map((log: string) => JSON.parse(log)) as readonly Json[];
    },
    (all) => all.at(-1)?.Event === "JobEnd",
  );
  expectNoProblem(events);
  return events;
}

describe("a client of raw HTTP in verbose mode", () => {
  it("provisions, uploads, creates the job, reads queue and progress, and finds file and log", async () => {
    const target = await findTarget();
    const provisioned = await http(`${emulator.siteUrl}/_api/site/ProvisionMigrationContainers`, {
      method: "POST",
      headers: verbose,
      body: "{}",
    });
    const containers = provisioned.json.d.ProvisionMigrationContainers;
    expect(containers.__metadata).toEqual({ type: "SP.ProvisionedMigrationContainersInfo" });
    const queue = await http(`${emulator.siteUrl}/_api/site/ProvisionMigrationQueue`, {
      method: "POST",
      headers: verbose,
    });
    const queueUri: string = queue.json.d.ProvisionMigrationQueue.JobQueueUri;

    const key = Buffer.from(containers.EncryptionKey, "base64");
    const { content, manifest } = handWrittenPackage(target, key);
    await uploadByHand(containers.DataContainerUri, content);
    await uploadByHand(containers.MetadataContainerUri, manifest);
    const created = await http(`${emulator.siteUrl}/_api/site/CreateMigrationJobEncrypted`, {
      method: "POST",
      headers: verbose,
      body: JSON.stringify({
        gWebId: `{${target.webId}}`,
        azureContainerSourceUri: containers.DataContainerUri,
        azureContainerManifestUri: containers.MetadataContainerUri,
        azureQueueReportUri: queueUri,
        options: { __metadata: { type: "SP.EncryptionOption" }, AES256CBCKey: containers.EncryptionKey },
      } satisfies JobParameters),
    });
    const jobId: string = created.json.d.CreateMigrationJobEncrypted;
    expect(jobId).toMatch(/^[0-9a-f-]{36}$/);

    // With the blanks that the documents' sample has.
    const progress = await until(
      async () => {
        const url = `${emulator.siteUrl}/_api/Site/GetMigrationJobProgress(jobId=' ${jobId} ', nextToken=0)`;
        return (await http(url, { headers: verbose })).json.d.GetMigrationJobProgress;
      },
      ({ Logs }) => Logs.results.some((log: string) => JSON.parse(log).Event === "JobEnd"),
    );
    expect(progress.__metadata).toEqual({ type: "SP.MigrationJobProgress" });
    expect(progress.Logs.__metadata).toEqual({ type: "Collection(Edm.String)" });
    expect(progress.NextToken).toMatch(/^\d+$/);
    const events = progress.Logs.results.map((log: string) => JSON.parse(log));
    expectNoProblem(events);
    const idle = await http(
      `${emulator.siteUrl}/_api/site/GetMigrationJobProgress(jobId=guid'${jobId}',nextToken='${progress.NextToken}')`,
      { headers: verbose },
    );
    expect(idle.json.d.GetMigrationJobProgress).toMatchObject({ Logs: { results: [] }, NextToken: progress.NextToken });
    await expectImported();

    const told: Json[] = [];
    const client = new QueueClient(queueUri);
    await until(
      async () => {
        const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
        for (const { messageId, popReceipt, messageText } of receivedMessageItems) {
          const { Label, JobId, IV, Content } = JSON.parse(Buffer.from(messageText, "base64").toString("utf8"));
          expect([Label, JobId]).toEqual(["Encrypted", jobId]);
          told.push(JSON.parse(decrypt(Buffer.from(Content, "base64"), IV, key)));
          await client.deleteMessage(messageId, popReceipt);
        }
        return told.length;
      },
      (count) => count === events.length,
    );
    expect(told.map(({ Event }) => Event)).toEqual(events.map(({ Event }: Json) => Event));

    const [address, sas] = containers.MetadataContainerUri.split("?");
    const log = await fetch(`${address}/Import-${jobId}-1.log?${sas}`);
    const text = decrypt(new Uint8Array(await log.arrayBuffer()), log.headers.get("x-ms-meta-iv") ?? "", key);
    expect(text).toContain("note.txt");
    expect((await http(`${address}/Import-${jobId}-2.log?${sas}`)).status).toBe(404);
  });
});

describe("a client of the plain SDKs with containers of its own", () => {
  it("imports without encryption in minimal mode, with exactly the rights that are asked for", async () => {
    const target = await findTarget();
    const { content, manifest } = handWrittenPackage(target, undefined);
    const blobs = BlobServiceClient.fromConnectionString(emulator.storage);
    const queues = QueueServiceClient.fromConnectionString(emulator.storage);
    const expiresOn = new Date(Date.now() + 12 * 60 * 60 * 1000);
    const own = async (name: string, rights: string) => {
      const container = blobs.getContainerClient(name);
      await container.createIfNotExists();
      return container.generateSasUrl({ permissions: ContainerSASPermissions.parse(rights), expiresOn });
    };
    await own("content", "rw").then((uri) => upload(uri, content));
    await own("manifest", "rw").then((uri) => upload(uri, manifest));
    const queue = queues.getQueueClient("reports");
    await queue.create();
    const create = async (data: string, queueRights: string) =>
      await http(`${emulator.siteUrl}/_api/site/CreateMigrationJob`, {
        method: "POST",
        headers: minimal,
        body: JSON.stringify({
          gWebId: target.webId,
          azureContainerSourceUri: await own("content", data),
          azureContainerManifestUri: await own("manifest", "rlw"),
          azureQueueReportUri: queue.generateSasUrl({ permissions: QueueSASPermissions.parse(queueRights), expiresOn }),
        } satisfies JobParameters),
      });
    for (const [data, queueRights] of [
      ["rlw", "rau"],
      ["r", "rau"],
      ["rl", "raup"],
    ] as const) {
      const refused = await create(data, queueRights);
      expect([refused.status, refused.json["odata.error"].code]).toEqual([
        400,
        "-2147024809, System.ArgumentException",
      ]);
      expect(refused.text).not.toContain("sig=");
    }
    const created = await create("rl", "rau");
    expect(created.json["odata.metadata"]).toContain("$metadata#Edm.String");
    const events = await waitForEnd(created.json.value);
    await expectImported();
    const told: Json[] = [];
    await until(
      async () => {
        for (const { messageText } of (await queue.receiveMessages({ numberOfMessages: 32 })).receivedMessageItems) {
          told.push(JSON.parse(Buffer.from(messageText, "base64").toString("utf8")));
        }
        return told.length;
      },
      (count) => count === events.length,
    );
    expect(told.at(-1)).toEqual(events.at(-1));
    const log = await blobs.getContainerClient("manifest").getBlobClient(`Import-${created.json.value}-1.log`);
    expect((await log.downloadToBuffer()).toString("utf8")).toContain("note.txt");
  });
});

describe("a client of CSOM", () => {
  const head = '<?xml version="1.0" encoding="utf-8"?>';
  const site =
    '<StaticProperty Id="0" TypeId="{3747adcd-a3c3-41b9-bfab-4a64dd2f1e0a}" Name="Current"/><Property Id="2" ParentId="0" Name="Site"/>';
  const request = (actions: string, paths = site) =>
    `${head}<Request AddExpandoFieldTypeSuffix="true" SchemaVersion="15.0.0.0" LibraryVersion="16.0.0.0" ApplicationName="test" xmlns="http://schemas.microsoft.com/sharepoint/clientquery/2009"><Actions>${actions}</Actions><ObjectPaths>${paths}</ObjectPaths></Request>`;
  const send = async (body: string) => {
    const reply = await http(`${emulator.siteUrl}/_vti_bin/client.svc/ProcessQuery`, {
      method: "POST",
      headers: { ...bearer, "Content-Type": "text/xml" },
      body,
    });
    expect(reply.status).toBe(200);
    return reply.json;
  };
  const method = (name: string, parameters = "") =>
    `<Method Id="7" ObjectPathId="2" Name="${name}"><Parameters>${parameters}</Parameters></Method>`;
  const text = (value: string) => `<Parameter Type="String">${value.replaceAll("&", "&amp;")}</Parameter>`;
  const id = (value: string) => `<Parameter Type="Guid">{${value}}</Parameter>`;
  const guidIn = (value: string) => /^\/Guid\((.*)\)\/$/.exec(value)?.[1] ?? "";

  it("imports a package", async () => {
    const target = await findTarget();
    const [info, actionId, containers] = await send(request(method("ProvisionMigrationContainers")));
    expect(info).toMatchObject({ ErrorInfo: null, SchemaVersion: "15.0.0.0" });
    expect(actionId).toBe(7);
    const keyText = /^\/Base64Binary\((.*)\)\/$/.exec(containers.EncryptionKey)?.[1] ?? "";
    const { content, manifest } = handWrittenPackage(target, Buffer.from(keyText, "base64"));
    await upload(containers.DataContainerUri, content);
    await upload(containers.MetadataContainerUri, manifest);
    const [, , queue] = await send(request(method("ProvisionMigrationQueue")));
    expect(queue.JobQueueUri).toContain("sp=rap");
    const option = `<Parameter TypeId="{85614ad4-7a40-49e0-b272-6d1807dbfcc6}"><Property Name="AES256CBCKey" Type="Base64Binary">${keyText}</Property></Parameter>`;
    const parameters = `${id(target.webId)}${text(containers.DataContainerUri)}${text(containers.MetadataContainerUri)}${text("")}${option}`;
    const [, , created] = await send(request(method("CreateMigrationJobEncrypted", parameters)));
    const jobId = guidIn(created);
    await waitForEnd(jobId);
    await expectImported();
    const [, , state] = await send(request(method("GetMigrationJobStatus", id(jobId))));
    const [, , isDeleted] = await send(request(method("DeleteMigrationJob", id(jobId))));
    expect([state, isDeleted]).toEqual([0, false]);
  });

  it("names the site by the identity that it was given", async () => {
    const [, , asked] = await send(
      request('<Query Id="3" ObjectPathId="2"><Query SelectAllProperties="true"><Properties/></Query></Query>'),
    );
    expect(asked).toMatchObject({ _ObjectType_: "SP.Site", ServerRelativeUrl: "/sites/emulated" });
    const [, , jobs] = await send(
      request(method("GetMigrationStatus"), `<Identity Id="2" Name="${asked._ObjectIdentity_}"/>`),
    );
    expect(jobs).toEqual({ _ObjectType_: "Collection(SP.SPMigrationJobStatus)", _Child_Items_: [] });
  });

  it("is told of errors with status 200", async () => {
    const target = await findTarget();
    const parameters = `${id(target.webId)}${text("http://127.0.0.1/a")}${text("http://127.0.0.1/b")}${text("")}`;
    const [refused, ...rest] = await send(request(method("CreateMigrationJob", parameters)));
    expect(refused.ErrorInfo).toMatchObject({
      ErrorCode: -2147024809,
      ErrorTypeName: "System.ArgumentException",
      ErrorMessage: expect.stringMatching(/shared access signature/),
    });
    expect(rest).toEqual([]);
    for (const body of [
      request(method("NoSuchMethod")),
      request(method("ProvisionMigrationQueue"), '<Identity Id="2" Name="elsewhere"/>'),
      "<Request/>",
      "no xml",
      `${head}<!DOCTYPE x [<!ENTITY e "e">]>${request(method("ProvisionMigrationQueue")).slice(head.length)}`,
    ]) {
      const [answer] = await send(body);
      expect(answer.ErrorInfo.ErrorTypeName, body).toBe("Microsoft.SharePoint.Client.InvalidClientQueryException");
    }
  });
});

describe("a client of Graph", () => {
  it("imports a package and follows its events to the end", async () => {
    const container = `${emulator.graphUrl}/storage/fileStorage/containers/b!emulated`;
    const root = await http(`${emulator.graphUrl}/drives/b!emulated/root?$select=sharepointIds,webUrl`, {
      headers: bearer,
    });
    const { sharepointIds: ids, webUrl } = root.json;
    const target: PackageTarget = {
      webId: ids.webId,
      webUrl: new URL(ids.siteUrl).pathname,
      listId: ids.listId,
      listUrl: decodeURIComponent(webUrl.slice(ids.siteUrl.length + 1)),
      rootFolderId: ids.listItemUniqueId,
    };
    const provisioned = await http(`${container}/provisionMigrationContainers`, { method: "POST", headers: bearer });
    expect(provisioned.status).toBe(200);
    const { dataContainerUri, metadataContainerUri, encryptionKey } = provisioned.json;
    const { content, manifest } = handWrittenPackage(target, Buffer.from(encryptionKey, "base64"));
    await upload(dataContainerUri, content);
    await upload(metadataContainerUri, manifest);
    const body = JSON.stringify({ containerInfo: { dataContainerUri, metadataContainerUri, encryptionKey } });
    const create = () =>
      http(`${container}/migrationJobs`, {
        method: "POST",
        headers: { ...bearer, "Content-Type": "application/json" },
        body,
      });
    const created = await create();
    expect(created.status).toBe(201);
    const again = await create();
    expect([again.status, again.json.error]).toMatchObject([
      400,
      { code: "migrationBadRequest", innerError: { code: "invalidAzureResource" } },
    ]);

    const events: Json[] = [];
    let link = `${container}/migrationJobs/${created.json.id}/progressEvents`;
    await until(
      async () => {
        const { json } = await http(link, { headers: bearer });
        events.push(...json.value);
        link = json["@odata.nextLink"] ?? link;
        return events.at(-1);
      },
      (event) => event?.isCompleted === true,
    );
    expect(link).toMatch(/\?\$skiptoken=[A-Za-z0-9+/]+$/);
    expect(events.map((event) => event["@odata.type"])).toContain("#microsoft.graph.sharePointMigrationJobQueuedEvent");
    expect(events.at(-1)).toMatchObject({ filesProcessed: 1, totalErrors: 0, isCompleted: true });
    const last = await http(link, { headers: bearer });
    expect(last.json.value).toEqual([]);
    expect(last.json["@odata.nextLink"]).toBeUndefined();
    const imported = await http(`${emulator.graphUrl}/drives/b!emulated/root:/By%20hand:/children`, {
      headers: bearer,
    });
    expect(imported.json.value).toMatchObject([{ name: "note.txt", file: {} }]);

    const gone = await http(`${container}/migrationJobs/${created.json.id}`, { method: "DELETE", headers: bearer });
    const unknown = await http(`${container}/migrationJobs/${target.webId}/progressEvents`, { headers: bearer });
    for (const { status, json } of [gone, unknown]) {
      expect([status, json.error]).toMatchObject([
        404,
        { code: "migrationNotFound", innerError: { code: "jobNotFound", "request-id": expect.any(String) } },
      ]);
    }
  });
});
