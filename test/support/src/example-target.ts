/** A library of the made-up tenant contoso, empty. */
export const exampleTarget = {
  siteUrl: "https://contoso.sharepoint.com/sites/archive",
  webId: "a1111111-0000-4000-8000-000000000001",
  webUrl: "/sites/archive",
  listId: "b2222222-0000-4000-8000-000000000002",
  listTitle: "Documents",
  listUrl: "Shared Documents",
  rootFolderId: "c3333333-0000-4000-8000-000000000003",
  baseTemplate: "DocumentLibrary",
  firstItemId: 1,
} as const;
