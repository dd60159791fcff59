import type { PlannedItem, Target } from "../model/index.ts";
import type { UrlForms } from "./url-forms.ts";

/** Where an item of the plan is in the target, in the forms that its objects need. */
export class Place {
  readonly target: Target;
  readonly urls: UrlForms;
  readonly name: string;
  readonly webRelative: string;
  readonly serverRelative: string;
  /** Of the folder that it is in. */
  readonly dirName: string;

  constructor(target: Target, urls: UrlForms, { path }: Pick<PlannedItem, "path">) {
    this.target = target;
    this.urls = urls;
    this.name = path[path.length - 1] ?? "";
    this.webRelative = urls.webRelative(path);
    this.serverRelative = urls.serverRelative(path);
    this.dirName = urls.dirName(path.slice(0, -1));
  }
}
