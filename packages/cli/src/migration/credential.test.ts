import { writeFile } from "node:fs/promises";
import { selfSignedCertificate, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { credentialFor } from "./credential.ts";

const path = temporaryFolder();
const site = "https://contoso.sharepoint.com/sites/archive";
const invalid = { code: "INVALID_OPTION" };
const here = (env: Record<string, string> = {}) => ({ cwd: path(), env });

describe("credentialFor()", () => {
  it("gives the token of the file as it is when it is asked for", async () => {
    await writeFile(path("token"), "\uFEFFBearer abc.def-1\n");
    const credential = await credentialFor({ tokenFile: "token" }, site, here());
    expect(await credential.getToken([])).toMatchObject({ token: "abc.def-1" });
    await writeFile(path("token"), "renewed");
    expect(await credential.getToken([])).toMatchObject({ token: "renewed" });
  });

  it("refuses a file that is missing, or holds another text, which it doesn't repeat", async () => {
    await expect(credentialFor({ tokenFile: "gone" }, site, here())).rejects.toMatchObject(invalid);
    await writeFile(path("other"), "-----BEGIN PRIVATE KEY-----\nsecret\n");
    const refused = credentialFor({ tokenFile: "other" }, site, here());
    await expect(refused).rejects.toMatchObject(invalid);
    await expect(refused).rejects.not.toThrow(/secret/);
  });

  it("signs in as an application with a certificate, by flags or variables", async () => {
    const { cert } = await selfSignedCertificate();
    await writeFile(path("app.pem"), cert);
    const app = { tenant: "contoso.onmicrosoft.com", clientId: "11111111-0000-4000-8000-000000000001" };
    const byFlags = await credentialFor({ ...app, certificate: "app.pem" }, site, here());
    expect(byFlags.constructor.name).toBe("ClientCertificateCredential");
    const env = { AZURE_TENANT_ID: app.tenant, AZURE_CLIENT_ID: app.clientId };
    const byVariables = await credentialFor({}, site, here({ ...env, AZURE_CLIENT_CERTIFICATE_PATH: path("app.pem") }));
    expect(byVariables.constructor.name).toBe("ClientCertificateCredential");
    const bySecret = await credentialFor({}, site, here({ ...env, AZURE_CLIENT_SECRET: "s" }));
    expect(bySecret.constructor.name).toBe("ClientSecretCredential");
  });

  it("names what is missing of an application", async () => {
    await expect(credentialFor({ tenant: "contoso.onmicrosoft.com" }, site, here())).rejects.toThrow(/--client-id/);
    await expect(credentialFor({ certificate: "app.pem" }, site, here())).rejects.toThrow(/--tenant/);
    const gone = { tenant: "t", clientId: "c", certificate: "gone.pem" };
    await expect(credentialFor(gone, site, here())).rejects.toMatchObject(invalid);
  });

  it("asks for none on this machine, and for one everywhere else", async () => {
    const credential = await credentialFor({}, "http://127.0.0.1:8080/sites/emulated", here());
    expect(await credential.getToken([])).toMatchObject({ token: "emulated" });
    await expect(credentialFor({}, site, here())).rejects.toMatchObject(invalid);
    await expect(credentialFor({}, "https://127.0.0.1.contoso.com", here())).rejects.toMatchObject(invalid);
  });
});
