/**
 * Base templates whose members are known, by name and number (`SPListTemplateType`, learn.microsoft.com): libraries hold
 * folders and files, lists hold folders and list items. Of all others nothing is known, so they take both.
 */
const libraries: ReadonlySet<string> = new Set([
  "101",
  "documentlibrary",
  "109",
  "picturelibrary",
  "115",
  "xmlform",
  "119",
  "webpagelibrary",
  "130",
  "dataconnectionlibrary",
  "433",
  "reportlibrary",
  "700",
  "mysitedocumentlibrary",
  "850",
  "851",
]);

const lists: ReadonlySet<string> = new Set([
  "100",
  "genericlist",
  "102",
  "survey",
  "103",
  "links",
  "104",
  "announcements",
  "105",
  "contacts",
  "106",
  "events",
  "107",
  "tasks",
  "108",
  "discussionboard",
  "120",
  "customgrid",
  "150",
  "gantttasks",
  "170",
  "promotedlinks",
  "171",
  "taskswithtimelineandhierarchy",
  "1100",
  "issuetracking",
]);

/** Whether a target takes files, list items, or, as far as is known, either. */
export function takenBy(baseTemplate: string): "files" | "items" | "either" {
  const template = baseTemplate.toLowerCase();
  if (libraries.has(template)) return "files";
  return lists.has(template) ? "items" : "either";
}
