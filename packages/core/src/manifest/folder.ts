import { ElementBinding, type OtherContent } from "../xml/index.ts";
import { type PropertyElement, propertyBinding } from "./properties.ts";

/** `Folder` of an `SPFolder` (package format, 3.3). Closed: an attribute of another name fails the job. */
export interface FolderElement extends OtherContent {
  readonly Id?: string;
  /** Web-relative, without leading slash. */
  readonly Url?: string;
  readonly Name?: string;
  readonly ParentFolderId?: string;
  readonly ParentWebId?: string;
  readonly ParentWebUrl?: string;
  /** Id of the list. */
  readonly ContainingDocumentLibrary?: string;
  readonly ListItemIntId?: number;
  /** Ids of UserGroup.xml. The online import was seen to ignore both on folders. */
  readonly Author?: string;
  readonly ModifiedBy?: string;
  readonly TimeCreated?: string;
  readonly TimeLastModified?: string;
  readonly ProgId?: string;
  readonly SortBehavior?: string;
  readonly WelcomePageUrl?: string;
  readonly WelcomePageParameters?: string;
  readonly Properties?: readonly PropertyElement[];
}

export const folderBinding: ElementBinding<FolderElement> = new ElementBinding<FolderElement>({
  name: "Folder",
  attributes: {
    Id: "string?",
    Url: "string?",
    Name: "string?",
    ParentFolderId: "string?",
    ParentWebId: "string?",
    ParentWebUrl: "string?",
    ContainingDocumentLibrary: "string?",
    ListItemIntId: "integer?",
    Author: "string?",
    ModifiedBy: "string?",
    TimeCreated: "string?",
    TimeLastModified: "string?",
    ProgId: "string?",
    SortBehavior: "string?",
    WelcomePageUrl: "string?",
    WelcomePageParameters: "string?",
  },
  children: { Properties: { list: () => propertyBinding } },
});
