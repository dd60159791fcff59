import { PACKAGE_MAX_ARCHIVES } from "../../model/index.ts";
import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { folded, isEqualFolded } from "../name-rules.ts";
import { isGuid } from "../schema/values.ts";
import { isServerRelative, type RuleContext } from "./context.ts";
import type { SideFileRules } from "./types.ts";
import { userGroupRules } from "./user-group.ts";

const systemData: SideFileRules = {
  record(context, record) {
    const { facts } = context;
    if (record.name === "SchemaVersion") facts.objectsProcessed = record.attributes.ObjectsProcessed;
    if (record.name === "ManifestFiles") {
      for (const file of record.children) {
        const { Name: name } = file.attributes;
        if (name === undefined) continue;
        if (facts.manifests.has(name)) {
          context.report(
            "MANIFEST_FILE_REPEATED",
            file,
            `A manifest must be named once: current value is ${quoted(name)}`,
          );
        }
        facts.manifests.add(name);
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
    if (facts.archives.size === PACKAGE_MAX_ARCHIVES) {
      context.report("ARCHIVE_OVER_LIMIT", archive, `A package holds at most ${PACKAGE_MAX_ARCHIVES} archives`);
    }
    if (blob === undefined) return;
    const place = context.place(archive);
    if (facts.archives.has(blob)) {
      context.report(
        "DUPLICATE_BLOB_REFERENCE",
        archive,
        `An archive must be named once: current value is ${quoted(blob)}`,
      );
    }
    const members = new Set<string>();
    for (const member of archive.children) {
      const { FileValue: name } = member.attributes;
      if (name === undefined) continue;
      if (facts.archived.has(name)) {
        context.report(
          "DUPLICATE_BLOB_REFERENCE",
          member,
          `A file must be in one archive only: current value is ${quoted(name)}`,
        );
      }
      facts.archived.set(name, context.place(member));
      members.add(name);
    }
    facts.archives.set(blob, { blob, place, checksum, members });
  },
};

export const sideFileRules: Readonly<Record<string, SideFileRules>> = {
  "SystemData.xml": systemData,
  "UserGroup.xml": userGroupRules,
  "ExportSettings.xml": exportSettings,
  "RootObjectMap.xml": rootObjectMap,
  "ArchivedFiles.xml": archivedFiles,
};
