import { ElementBinding, type OtherContent, type XmlElement } from "../xml/index.ts";

/** `DeletedContentType` of a list. */
export interface DeletedContentTypeElement extends OtherContent {
  readonly ContentTypeId: string;
}

const deletedContentTypeBinding: ElementBinding<DeletedContentTypeElement> =
  new ElementBinding<DeletedContentTypeElement>({
    name: "DeletedContentType",
    attributes: { ContentTypeId: "string" },
    children: {},
  });

/** `List` of an `SPList` (package format, 3.4): a list that exists. Closed. */
export interface ListElement extends OtherContent {
  readonly Id: string;
  /** `GenericList` or `100`, `DocumentLibrary` or `101`, ... */
  readonly BaseTemplate: string;
  readonly BaseType?:
    | "UnspecifiedBaseType"
    | "GenericList"
    | "DocumentLibrary"
    | "Unused"
    | "DiscussionBoard"
    | "Survey"
    | "Issue";
  readonly RootFolderId?: string;
  /** Server-relative, with leading slash. */
  readonly RootFolderUrl: string;
  readonly ParentWebId: string;
  readonly ParentWebUrl?: string;
  readonly Title: string;
  /** Any elements. */
  readonly ContentTypes?: readonly XmlElement[];
  readonly DeletedContentTypes?: readonly DeletedContentTypeElement[];
}

const listAttributes = {
  Id: "string",
  BaseTemplate: "string",
  BaseType: "string?",
  RootFolderId: "string?",
  RootFolderUrl: "string",
  ParentWebId: "string",
  ParentWebUrl: "string?",
  Title: "string",
} as const;

const listChildren = {
  ContentTypes: { any: true },
  DeletedContentTypes: { list: () => deletedContentTypeBinding },
} as const;

export const listBinding: ElementBinding<ListElement> = new ElementBinding<ListElement>({
  name: "List",
  attributes: listAttributes,
  children: listChildren,
});

/** `DocumentLibrary` of an `SPDocumentLibrary`. Closed. */
export interface DocumentLibraryElement extends ListElement {
  readonly DocumentTemplateUrl?: string;
  readonly IsCatalog?: boolean;
  readonly ThumbnailSize?: number;
  readonly WebImageHeight?: number;
  readonly WebImageWidth?: number;
}

export const documentLibraryBinding: ElementBinding<DocumentLibraryElement> =
  new ElementBinding<DocumentLibraryElement>({
    name: "DocumentLibrary",
    attributes: {
      ...listAttributes,
      DocumentTemplateUrl: "string?",
      IsCatalog: "boolean?",
      ThumbnailSize: "integer?",
      WebImageHeight: "integer?",
      WebImageWidth: "integer?",
    },
    children: listChildren,
  });

/** `ContentType` of an `SPContentType`. Open to other attributes and any elements. */
export interface ContentTypeElement extends OtherContent {
  readonly ID?: string;
  readonly Name?: string;
  readonly Scope?: string;
  readonly NextChildByte?: number;
  readonly ParentWebId?: string;
  readonly ListId?: string;
  readonly Description?: string;
  /** `TRUE` or `FALSE`, in either case. */
  readonly Hidden?: string;
  /** `TRUE` or `FALSE`, in either case. */
  readonly ReadOnly?: string;
  readonly Group?: string;
  readonly PushDownChanges?: boolean;
  readonly RequireClientRenderingOnNew?: string;
  /** Any elements. */
  readonly content?: readonly XmlElement[];
}

export const contentTypeBinding: ElementBinding<ContentTypeElement> = new ElementBinding<ContentTypeElement>({
  name: "ContentType",
  open: true,
  anyContent: true,
  attributes: {
    ID: "string?",
    Name: "string?",
    Scope: "string?",
    NextChildByte: "integer?",
    ParentWebId: "string?",
    ListId: "string?",
    Description: "string?",
    Hidden: "string?",
    ReadOnly: "string?",
    Group: "string?",
    PushDownChanges: "boolean?",
    RequireClientRenderingOnNew: "string?",
  },
  children: {},
});
