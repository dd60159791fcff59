import type { ImportPackage, ImportRequest, ImportStep, ProblemLevel } from "../ports.ts";
import { SiteState } from "../site/site-state.ts";
import { openArchives } from "./archives.ts";
import { demandWeb, type ImportContext, type Imported, kept, nothingStored, type ObjectElement } from "./context.ts";
import { importDeletion } from "./deletion-object.ts";
import { demand, Fault } from "./fault.ts";
import { importFile } from "./file-object.ts";
import { importFolder } from "./folder-object.ts";
import { JobPeople, type Warn } from "./job-people.ts";
import { importListItem } from "./list-item-object.ts";
import { importList } from "./list-object.ts";
import { elementOfType } from "./manifest-schema.ts";
import { type PackageFacts, PackageReader } from "./package-reader.ts";
import { surveyPackage } from "./package-survey.ts";
import { importRoleAssignments, importRoles } from "./security-objects.ts";
import { isGuid, isTrue } from "./simple-types.ts";
import type { Element } from "./xml-reader.ts";

type Problem = Extract<ImportStep, { type: "problem" }>;

/** Names of object types in errors, by that of the manifest. */
const typesInErrors: Readonly<Record<string, string>> = {
  SPFolder: "Folder",
  SPFile: "File",
  SPListItem: "ListItem",
  SPList: "List",
  SPDocumentLibrary: "List",
};

/**
 * Imports a package as the service does: the files of the manifest container are read and checked first, then the
 * objects in their order. A refused object is a problem and the import goes on; a fatal problem ends it.
 */
export const importPackage: ImportPackage = async function* (request) {
  const { site } = request;
  if (!(site instanceof SiteState)) throw new Error("Cannot import a package as the site is not one of openSite()");
  const problems: Problem[] = [];
  const warn: Warn = (message, about) => problems.push(problemOf("warning", new Fault(message), about ?? {}));
  const drain = () => problems.splice(0);
  try {
    const reader = new PackageReader(request, warn);
    const facts = await reader.readFacts();
    const people = await JobPeople.read(await reader.open("UserGroup.xml"), "UserGroup.xml", site, warn);
    const survey = await surveyPackage(reader, facts.manifests);
    for (const warning of survey.warnings) warn(warning);
    if (survey.hasVersions && facts.includeVersions !== undefined && facts.includeVersions !== "All") {
      warn(`IncludeVersions is '${facts.includeVersions}', but the package has versions.`);
    }
    yield { type: "expected", objects: survey.objects, bytes: survey.bytes };
    yield* drain();
    const context: ImportContext = {
      ...{ request, site, people, warn, archives: await openArchives(facts.archives, request) },
      ...{ includesSecurity: facts.includeSecurity === "All", roleIds: new Set() },
      ...{ namedRoots: new Set(facts.systemObjects), newLists: emptyLists(site) },
    };
    try {
      yield* importObjects(context, reader, facts, drain);
    } finally {
      // Also of a job that is cancelled: what it imported stays.
      await site.exclusively(() => site.numberRest(request.jobId));
    }
  } catch (error) {
    yield* drain();
    if (!(error instanceof Fault)) throw error;
    yield problemOf("fatal", error, {});
  }
};

async function* importObjects(
  context: ImportContext,
  reader: PackageReader,
  facts: PackageFacts,
  drain: () => Problem[],
): AsyncGenerator<ImportStep, void, undefined> {
  const seen = new Set<string>();
  for (const name of facts.manifests) {
    for await (const object of reader.objects(name)) {
      context.request.signal.throwIfAborted();
      const about = aboutOf(context, object);
      try {
        const { imported, faults } = await importObject(context, object, seen);
        yield* drain().map((problem) => ({ ...about, ...given(problem) }));
        for (const { fault, id, url } of faults) yield problemOf("error", fault, { objectType: "", id, url });
        yield objectStep(object, imported);
      } catch (error) {
        yield* drain().map((problem) => ({ ...about, ...given(problem) }));
        const fault = asFault(error, context.request);
        if (fault.isFatal) throw fault;
        yield problemOf("error", fault, about);
      }
    }
  }
}

/** A GUID as 16 characters: a manifest may hold a hundred thousand of them. */
function compactGuid(id: string): string {
  return Buffer.from(id.replaceAll("-", ""), "hex").toString("latin1");
}

type ScopeFault = { readonly fault: Fault; readonly id: string; readonly url: string };

async function importObject(
  context: ImportContext,
  object: Element,
  seen: Set<string>,
): Promise<{ readonly imported: Imported; readonly faults: readonly ScopeFault[] }> {
  const { Id, ObjectType = "", IsDeleted } = object.attributes;
  demand(ObjectType !== "", "The object has no ObjectType.");
  demand(isGuid(Id), `Guid should contain 32 digits with 4 dashes: SPObject/@Id is '${Id ?? ""}'.`, "format");
  const key = compactGuid(Id);
  demand(!seen.has(key), `The id '${Id}' is in the package more than once.`);
  seen.add(key);
  demandWeb(context, object);
  if (isTrue(IsDeleted)) return { imported: await importDeletion(context, object), faults: [] };
  const [element] = object.children;
  const expected = elementOfType[ObjectType];
  const isExpected = expected === undefined ? element === undefined : element?.name === expected;
  demand(isExpected, `The object of type '${ObjectType}' holds '${element?.name ?? "nothing"}'.`);
  if (element === undefined) return { imported: { url: "", ...nothingStored }, faults: [] };
  const childId = element.attributes.Id;
  const hasOwnId = !["ContentType", "UserX", "GroupX"].includes(element.name);
  demand(
    !hasOwnId || childId === undefined || childId.toLowerCase() === Id.toLowerCase(),
    `The id '${Id}' of the object is not that of its ${element.name}, '${childId}'.`,
  );
  return importElement(context, { object, element });
}

async function importElement(
  context: ImportContext,
  object: ObjectElement,
): Promise<{ readonly imported: Imported; readonly faults: readonly ScopeFault[] }> {
  const faults: ScopeFault[] = [];
  const imported = async (): Promise<Imported> => {
    switch (object.element.name) {
      case "Folder":
        return importFolder(context, object);
      case "File":
        return importFile(context, object);
      case "ListItem":
        return importListItem(context, object);
      case "List":
      case "DocumentLibrary":
        return importList(context, object);
      case "Roles":
        return importRoles(context, object);
      case "RoleAssignments": {
        const scopes = importRoleAssignments(context, object);
        for (;;) {
          const { done, value } = await scopes.next();
          if (done) return value;
          faults.push(value);
        }
      }
      default: {
        const type = object.element.name === "ContentType" ? "contentType" : "securityChange";
        await context.site.keep(type, context.request.jobId, kept(object.element));
        return { url: context.site.url, ...nothingStored };
      }
    }
  };
  return { imported: await imported(), faults };
}

function objectStep(object: Element, imported: Imported): ImportStep {
  const { ObjectType: objectType = "", Id: id = "" } = object.attributes;
  return { type: "object", objectType, id, ...imported };
}

interface About {
  readonly objectType?: string;
  readonly id?: string;
  readonly url?: string;
  readonly sourceListItemIntId?: number;
}

/** How an error names the object: its type, id, server-relative URL, and the item id that the package gives. */
function aboutOf(context: ImportContext, object: Element): About {
  const { ObjectType = "", Id = "", Url } = object.attributes;
  const [child] = object.children;
  const own = child?.attributes.FileUrl ?? child?.attributes.Url;
  const itemId = Number(child?.attributes.IntId ?? child?.attributes.ListItemIntId ?? 0);
  const web = context.site.url === "/" ? "" : context.site.url;
  return {
    objectType: typesInErrors[ObjectType] ?? "",
    id: Id,
    url: Url ?? (own === undefined ? "" : `${web}/${own}`),
    ...(itemId > 0 ? { sourceListItemIntId: itemId } : {}),
  };
}

function problemOf(level: ProblemLevel, fault: Fault, about: About): Problem {
  return {
    ...{ type: "problem", level, objectType: about.objectType ?? "", id: about.id ?? "", url: about.url ?? "" },
    ...(about.sourceListItemIntId === undefined ? {} : { sourceListItemIntId: about.sourceListItemIntId }),
    ...{ errorCode: fault.errorCode, errorType: fault.errorType, message: fault.message },
  };
}

/** What a warning says of its object by itself goes before what is known of the object that it came with. */
function given(problem: Problem): Problem {
  const own = Object.entries(problem).filter(([name, value]) => value !== "" || name === "message");
  return Object.fromEntries(own) as unknown as Problem;
}

/** What the storage throws fails the object; an abort and mistakes of the program go through. */
function asFault(error: unknown, request: ImportRequest): Fault {
  if (error instanceof Fault) return error;
  request.signal.throwIfAborted();
  throw error;
}

function emptyLists(site: SiteState): ReadonlySet<string> {
  return new Set(site.lists.filter((list) => list.root.below === 0).map(({ id }) => id));
}
