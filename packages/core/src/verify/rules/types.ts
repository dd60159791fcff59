import type { XmlElement } from "../../xml/element.ts";
import type { RuleContext } from "./context.ts";

/** The rules of one file beside the manifests, for its root and for each child of the root. */
export interface SideFileRules {
  root?(context: RuleContext, root: XmlElement): void;
  record?(context: RuleContext, record: XmlElement): void;
}
