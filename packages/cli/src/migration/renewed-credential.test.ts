import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { renewedCredential } from "./renewed-credential.ts";

const cwd = resolve("now");
const application = { tenant: "contoso.onmicrosoft.com", clientId: "client", certificate: "app.pem" };
const traffic = { kind: "ISV", company: "Contoso", application: "Mover", version: "1.0" } as const;
const others = { ...traffic, company: "Fabrikam" };

describe("renewedCredential()", () => {
  it("keeps what isn't given anew", () => {
    expect(renewedCredential(application, {}, cwd)).toEqual(application);
    expect(renewedCredential({ ...application, traffic }, { traffic: others }, cwd)).toEqual({
      ...application,
      traffic: others,
    });
    expect(renewedCredential({ tokenFile: "token" }, { traffic }, cwd)).toEqual({ tokenFile: "token", traffic });
    expect(renewedCredential({ ...application, traffic }, { certificate: "new.pem" }, cwd)).toEqual({
      ...application,
      traffic,
      certificate: resolve(cwd, "new.pem"),
    });
  });

  it("puts a token in the place of an application, and an application in that of a token", () => {
    expect(renewedCredential({ ...application, traffic }, { tokenFile: "token" }, cwd)).toEqual({
      traffic,
      tokenFile: resolve(cwd, "token"),
    });
    expect(renewedCredential({ tokenFile: "token", traffic }, application, cwd)).toEqual({
      ...application,
      traffic,
      certificate: resolve(cwd, "app.pem"),
    });
  });
});
