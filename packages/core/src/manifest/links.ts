import { ElementBinding, type OtherContent } from "../xml/index.ts";

/** `Link` of `Links` on files and list items. */
export interface LinkElement extends OtherContent {
  readonly TargetId: string;
  readonly TargetUrl: string;
  readonly IsDirty: boolean;
  readonly WebPartId?: string;
  readonly LinkNumber?: number;
  readonly Type?: number;
  readonly Security?: number;
  readonly Dynamic?: number;
  readonly ServerRel?: boolean;
  readonly Level?: number;
  readonly Search?: string;
}

export const linkBinding: ElementBinding<LinkElement> = new ElementBinding<LinkElement>({
  name: "Link",
  attributes: {
    TargetId: "string",
    TargetUrl: "string",
    IsDirty: "boolean",
    WebPartId: "string?",
    LinkNumber: "integer?",
    Type: "integer?",
    Security: "integer?",
    Dynamic: "integer?",
    ServerRel: "boolean?",
    Level: "integer?",
    Search: "string?",
  },
  children: {},
});

/** `EventReceiver` of `EventReceivers` on files and list items. The schema enumerates host types and event types. */
export interface EventReceiverElement extends OtherContent {
  readonly Id: string;
  readonly Name: string;
  readonly WebId: string;
  readonly HostId: string;
  readonly HostType: string;
  readonly Synchronization?: "Default" | "Synchronous" | "Asynchronous";
  readonly Type: string;
  readonly SequenceNumber: number;
  readonly Url?: string;
  readonly Assembly?: string;
  readonly Class?: string;
  readonly SolutionId?: string;
  readonly Data?: string;
  readonly Filter?: string;
  readonly Credential?: number;
  readonly ItemId?: number;
}

export const eventReceiverBinding: ElementBinding<EventReceiverElement> = new ElementBinding<EventReceiverElement>({
  name: "EventReceiver",
  attributes: {
    Id: "string",
    Name: "string",
    WebId: "string",
    HostId: "string",
    HostType: "string",
    Synchronization: "string?",
    Type: "string",
    SequenceNumber: "integer",
    Url: "string?",
    Assembly: "string?",
    Class: "string?",
    SolutionId: "string?",
    Data: "string?",
    Filter: "string?",
    Credential: "integer?",
    ItemId: "integer?",
  },
  children: {},
});
