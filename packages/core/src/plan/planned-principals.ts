import type { PlannedDetails, PlannedItem, PlannedScope, PrincipalId } from "../model/index.ts";

/** Tells of the number of everyone whom a planned item names; of one who is named twice, twice. */
export function eachPrincipal(item: PlannedItem, use: (id: PrincipalId) => void): void {
  if (item.kind === "deletion") return;
  ofDetails(item, use);
  const { retentionLabel, comments, sharing } = item;
  if (retentionLabel?.setBy !== undefined) use(retentionLabel.setBy);
  comments?.forEach(({ author }) => {
    use(author);
  });
  sharing?.forEach(({ initiator, sharedBy, sharedWith }) => {
    use(initiator);
    use(sharedBy);
    for (const id of sharedWith) use(id);
  });
  if (item.kind === "folder") return;
  item.versions?.forEach((version) => {
    ofDetails(version, use);
  });
  if (item.kind === "file") return;
  item.attachments?.forEach(({ author, modifiedBy }) => {
    use(author);
    use(modifiedBy);
  });
}

/** Tells of the number of everyone whom a scope's assignments name. */
export function eachAssigned(scope: PlannedScope, use: (id: PrincipalId) => void): void {
  for (const { principalId } of scope.assignments) use(principalId);
}

function ofDetails({ author, modifiedBy, fields }: PlannedDetails, use: (id: PrincipalId) => void): void {
  use(author);
  use(modifiedBy);
  fields?.forEach(({ principals }) => {
    for (const id of principals ?? []) use(id);
  });
}
