import type { MappingKind } from "@primepack/cross-tenant";
import * as record from "../run-record.ts";

const kind: record.RunRecordKind = {
  fileName: "mappings.json",
  format: "primepack tenant mappings",
  resume: "primepack tenant map",
};

/** Whose mappings a state is of. */
export interface StateFile {
  readonly kind: MappingKind;
  /** The organization that mappings go to. */
  readonly place: string;
}

/** Undefined: the folder is empty or not there. Throws OUTPUT_NOT_EMPTY, RUN_INVALID for one that holds something else. */
export async function readStateFile(path: string): Promise<StateFile | undefined> {
  const isNew = await record.checkNewRunFolder(kind, path).then(
    () => true,
    () => false,
  );
  if (isNew) return undefined;
  const { kind: mappings, place } = await record.readRunRecord(kind, path);
  if ((mappings !== "users" && mappings !== "groups") || typeof place !== "string") {
    throw record.invalidRecord(kind, path, "damaged");
  }
  return { kind: mappings, place };
}

/** Makes the folder (0700) with the file that says whose mappings it is of. */
export function writeStateFile(path: string, file: StateFile): Promise<void> {
  return record.writeRunRecord(kind, path, file);
}
