import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { folded, isEqualFolded } from "../name-rules.ts";
import { ARCHIVES_MAX } from "../schema/side-files.ts";
import { isGuid } from "../schema/values.ts";
import { isServerRelative, type RuleContext, SYSTEM_ACCOUNT } from "./context.ts";

/** The rules of one file beside the manifests, for its root and for each child of the root. */
export interface SideFileRules {
  root?(context: RuleContext, root: XmlElement): void;
  record?(context: RuleContext, record: XmlElement): void;
}

const systemData: SideFileRules = {
  record(context, record) {
    const { facts } = context;
    if (record.name === "SchemaVersion") facts.objectsProcessed = record.attributes.ObjectsProcessed;
    if (record.name === "ManifestFiles") {
      for (const { attributes } of record.children) {
        if (attributes.Name !== undefined) facts.manifests.push(attributes.Name);
      }
    }
    if (record.name === "SystemObjects") for (const object of record.children) checkSystemObject(context, object);
  },
};

function checkSystemObject(context: RuleContext, object: XmlElement): void {
  const { facts } = context;
  const { Id: id, Type: type, Url: url } = object.attributes;
  if (url !== undefined && !isServerRelative(url)) {
    context.report(
      "URL_FORM",
      object,
      `Url must be server-relative with leading slash: current value is ${quoted(url)}`,
    );
  }
  if (id === undefined || !isGuid(id)) return;
  const key = id.toLowerCase();
  if (facts.systemObjects.has(key)) {
    context.report("DUPLICATE_ID", object, `A system object must be named once: current value is ${id}`);
  }
  facts.systemObjects.set(key, { type, url });
  if (type === "Web") {
    if (facts.target === undefined) facts.webs.add(key);
    else if (!facts.webs.has(key)) {
      context.report(
        "TARGET_MISMATCH",
        object,
        `The web must be the target's, ${facts.target.webId}: current value is ${id}`,
      );
    }
    facts.webUrl ??= url;
  } else if (type === "List") {
    // Another list than the target's, such as the user information list, may exist too.
    if (facts.target === undefined) facts.lists.add(key);
    if (url !== undefined) facts.listRoots.add(folded(url));
  }
}

const userGroup: SideFileRules = {
  root({ facts }) {
    facts.principals = new Set();
  },
  record(context, record) {
    const logins = new Set<string>();
    for (const principal of record.children) {
      addPrincipal(context, principal);
      const { Login: login, SystemId: systemId } = principal.attributes;
      if (record.name !== "Users") continue;
      if (login !== undefined && logins.has(folded(login))) {
        context.report(
          "USER_DUPLICATE",
          principal,
          `A person must be named once: current value of Login is ${quoted(login)}`,
        );
      }
      if (login !== undefined) logins.add(folded(login));
      if (login === "") context.report("IMPORT_ATTRIBUTE_MISSING", principal, "Login of a user must not be empty");
      if (systemId === "") context.report("SYSTEM_ID_MISSING", principal, "SystemId of a user is empty", "warning");
    }
    // Groups stand after users, and may have groups as owners.
    if (record.name === "Groups") for (const group of record.children) checkGroup(context, group);
  },
};

function addPrincipal(context: RuleContext, principal: XmlElement): void {
  const { Id: id } = principal.attributes;
  const { principals } = context.facts;
  if (id === undefined || principals === undefined) return;
  if (principals.has(id)) {
    context.report("USER_DUPLICATE", principal, `Users and groups must differ in Id: current value is ${quoted(id)}`);
  }
  principals.add(id);
}

function checkGroup(context: RuleContext, group: XmlElement): void {
  const { principals } = context.facts;
  const users = [group.attributes.Owner, ...group.children.map((member) => member.attributes.UserId)];
  for (const id of users) {
    if (id === undefined || id === SYSTEM_ACCOUNT || principals?.has(id)) continue;
    context.report(
      "USER_UNKNOWN",
      group,
      `Owner and members must be ids of UserGroup.xml: current value is ${quoted(id)}`,
    );
  }
}

const exportSettings: SideFileRules = {
  root(context, root) {
    context.facts.settings = root.attributes;
    const { SiteUrl: siteUrl, SourceType: sourceType, DetailedSource: detail } = root.attributes;
    if (siteUrl !== undefined && !URL.canParse(siteUrl)) {
      context.report("URL_FORM", root, `SiteUrl must be absolute: current value is ${quoted(siteUrl)}`);
    }
    if (sourceType === undefined) {
      context.report("SETTINGS_MISMATCH", root, "SourceType is mandatory since 2023", "warning");
    } else if (sourceType === "Other" && (detail ?? "") === "") {
      context.report("SETTINGS_MISMATCH", root, "SourceType Other needs DetailedSource", "warning");
    }
  },
  record(context, record) {
    for (const object of record.children) checkTopObject(context, object);
  },
};

const rootObjectMap: SideFileRules = {
  record(context, record) {
    checkTopObject(context, record);
    for (const name of ["Url", "WebUrl"]) {
      const url = record.attributes[name];
      if (url !== undefined && !isServerRelative(url)) {
        context.report(
          "URL_FORM",
          record,
          `${name} must be server-relative with leading slash: current value is ${quoted(url)}`,
        );
      }
    }
    const { WebUrl: webUrl } = record.attributes;
    const { webUrl: known } = context.facts;
    if (webUrl !== undefined && known !== undefined && !isEqualFolded(webUrl, known)) {
      context.report("TARGET_MISMATCH", record, `WebUrl must be ${quoted(known)}: current value is ${quoted(webUrl)}`);
    }
  },
};

/** The list that a package is for, as both files name it: in the web of the package. */
function checkTopObject(context: RuleContext, object: XmlElement): void {
  const { facts } = context;
  const { Id: id, Type: type, ParentId: webId } = object.attributes;
  if (type !== "List") return;
  if (webId !== undefined && isGuid(webId)) {
    if (facts.webs.size === 0) facts.webs.add(webId.toLowerCase());
    if (!facts.webs.has(webId.toLowerCase())) {
      context.report(
        "TARGET_MISMATCH",
        object,
        `ParentId must be the web's, ${[...facts.webs].join(" or ")}: current value is ${webId}`,
      );
    }
  }
  if (id === undefined || !isGuid(id)) return;
  if (facts.target !== undefined && !facts.lists.has(id.toLowerCase())) {
    context.report(
      "TARGET_MISMATCH",
      object,
      `The list must be the target's, ${facts.target.listId}: current value is ${id}`,
    );
  }
  // Without a target any list that these files name counts: in form B the manifest itself describes it, later.
  if (facts.target === undefined) facts.lists.add(id.toLowerCase());
}

const archivedFiles: SideFileRules = {
  record(context, archive) {
    const { facts } = context;
    const { Name: blob, Checksum: checksum } = archive.attributes;
    if (facts.archives.size === ARCHIVES_MAX) {
      context.report("ARCHIVE_OVER_LIMIT", archive, `A package holds at most ${ARCHIVES_MAX} archives`);
    }
    if (blob !== undefined) {
      const place = context.place(archive);
      facts.archives.set(blob, { blob, place, md5: undefined, checksum, iv: undefined, size: undefined });
      context.report("ARCHIVE_UNOPENED", archive, `The files in ${quoted(blob)} are not looked at`, "note");
    }
    for (const { attributes } of archive.children) {
      if (attributes.FileValue !== undefined) facts.archived.add(attributes.FileValue);
    }
  },
};

export const sideFileRules: Readonly<Record<string, SideFileRules>> = {
  "SystemData.xml": systemData,
  "UserGroup.xml": userGroup,
  "ExportSettings.xml": exportSettings,
  "RootObjectMap.xml": rootObjectMap,
  "ArchivedFiles.xml": archivedFiles,
};
