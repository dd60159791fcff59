import { describe, expect, test } from "vitest";
import { isGroupClaim, isSystemAccount, isSystemGroup, personKey, targetLogin } from "./logins.ts";

const guid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

describe("targetLogin()", () => {
  test.each([
    ["Ada@contoso.com", false, "i:0#.f|membership|Ada@contoso.com"],
    ["ada_mail.example#ext#@contoso.com", false, "i:0#.f|membership|ada_mail.example#ext#@contoso.com"],
    ["i:0#.f|membership|ada@contoso.com", false, "i:0#.f|membership|ada@contoso.com"],
    ["i:0#.w|CONTOSO\\ada", false, "i:0#.w|CONTOSO\\ada"],
    ["CONTOSO\\ada", false, "CONTOSO\\ada"],
    ["CONTOSO\\ada@x", false, "CONTOSO\\ada@x"],
    ["S-1-5-21-1-2-3-500", false, "S-1-5-21-1-2-3-500"],
    ["Ada Lovelace", false, "Ada Lovelace"],
    [`{${guid.toUpperCase()}}`, true, `c:0t.c|tenant|${guid}`],
    [guid, false, guid],
    [`c:0t.c|tenant|${guid}`, true, `c:0t.c|tenant|${guid}`],
    ["CONTOSO\\Admins", true, "CONTOSO\\Admins"],
    ["c:0(.s|true", false, "c:0(.s|true"],
    ["i:0#.w|sharepoint\\System", false, "SHAREPOINT\\system"],
  ])("writes %j (group of the directory: %j) as %j", (login, isDomainGroup, expected) => {
    expect(targetLogin(login, isDomainGroup)).toBe(expected);
  });
});

describe("personKey()", () => {
  test.each([
    ["Ada@Contoso.com", "i:0#.f|membership|ada@contoso.com"],
    ["CONTOSO\\ada", "I:0#.W|contoso\\ADA"],
    [`{${guid}}`, `c:0t.c|tenant|${guid.toUpperCase()}`],
    ["STRASSE@x.de", "straße@x.de"],
  ])("holds %j and %j for one", (one, other) => {
    expect(personKey(one)).toBe(personKey(other));
  });

  test.each([
    ["ada@contoso.com", "CONTOSO\\ada"],
    ["i:0#.f|membership|urn%3aspo%3aanon#1", "urn%3aspo%3aanon#2"],
    ["c:0u.c|tenant|abc", "c:0t.c|tenant|abc"],
  ])("holds %j and %j for two", (one, other) => {
    expect(personKey(one)).not.toBe(personKey(other));
  });

  test.each(["ada@contoso.com", "CONTOSO\\ada", `c:0t.c|tenant|${guid}`, "x"])(
    "has one key for %j before and after targetLogin()",
    (login) => {
      expect(personKey(targetLogin(login, true))).toBe(personKey(login));
    },
  );
});

describe("isGroupClaim()", () => {
  test.each([
    [`c:0t.c|tenant|${guid}`, true],
    ["c:0(.s|true", true],
    ["c:0-.f|rolemanager|spo-grid-all-users/1", true],
    ["c:0u.c|tenant|abc", true],
    ["i:0#.f|membership|ada@contoso.com", false],
    ["CONTOSO\\Admins", false],
  ])("says of %j: %j", (login, expected) => {
    expect(isGroupClaim(login)).toBe(expected);
  });
});

describe("isSystemAccount()", () => {
  test("knows it by both logins in any case", () => {
    expect(["SHAREPOINT\\system", "i:0#.w|sharepoint\\SYSTEM"].every(isSystemAccount)).toBe(true);
    expect(isSystemAccount("CONTOSO\\system")).toBe(false);
  });
});

describe("isSystemGroup()", () => {
  test.each([
    [`SharingLinks.${guid}.OrganizationEdit.${guid}`, true],
    [`Limited Access System Group For List ${guid}`, true],
    ["Limited Access System Group", true],
    ["Sharing Links", false],
    ["Visitors with Limited Access System Group", false],
  ])("says of %j: %j", (name, expected) => {
    expect(isSystemGroup(name)).toBe(expected);
  });
});
