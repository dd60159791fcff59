/**
 * The library that the packages are for. GUIDs with hyphens, without braces.
 *
 * The JSON Schema of the same shape is `schemas/target.schema.json`.
 */
export interface Target {
  /** Absolute URL of the site, for example `https://contoso.sharepoint.com/sites/archive`. */
  readonly siteUrl: string;
  /** Id of the web (site) that holds the library. */
  readonly webId: string;
  /** Server-relative URL of the web, with leading slash: `/sites/archive`; `/` for a root web. */
  readonly webUrl: string;
  readonly listId: string;
  readonly listTitle: string;
  /** Root folder of the library, relative to the web, without leading slash: `Shared Documents`. */
  readonly listUrl: string;
  /** Unique id of the library's root folder. */
  readonly rootFolderId: string;
  /** `DocumentLibrary` or `101`, and so on, as the manifest's `BaseTemplate`. */
  readonly baseTemplate: string;
  /** The first integer item id that is free in the library: its highest id plus one. */
  readonly firstItemId: number;
  /** Folders that the library holds already: path below the root folder (`/` between names) to unique id. */
  readonly existingFolders?: Readonly<Record<string, string>>;
}
