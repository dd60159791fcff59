const ERROR_OBJECT_TYPES = new Set([
  "Site",
  "Web",
  "Folder",
  "List",
  "ListItem",
  "File",
  "Alert",
  "SharedWithObject",
  "Invalid",
]);

/** `ObjectType` of an error, from the type of an object in a manifest (`SPFile`) or of an error already (`File`). */
export function errorObjectType(objectType: string): string {
  if (objectType === "") return "";
  const name = objectType.replace(/^SP/, "");
  if (name === "DocumentLibrary") return "List";
  return ERROR_OBJECT_TYPES.has(name) ? name : "Invalid";
}

/** Key of `ObjectsStatsByType`: the type with `SP` in front. */
export function statisticsObjectType(objectType: string): string {
  return objectType.startsWith("SP") ? objectType : `SP${objectType}`;
}
