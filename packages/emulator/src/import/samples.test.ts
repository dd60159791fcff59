import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";
import { collect, specFolder, specIsMissing } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { manifestNamespace, spObjects } from "./manifest-schema.ts";
import { type ElementType, validate } from "./schema.ts";
import * as sideSchemas from "./side-schemas.ts";
import { readWhole } from "./xml-reader.ts";

// The samples show each file as the published schemas allow or refuse it.

const samples = (folder: string) => join(specFolder, "xsd/samples", folder);
const filesOf = (folder: string) => (specIsMissing ? ["none"] : readdirSync(samples(folder)));

interface FileType {
  readonly namespace: string;
  readonly type: ElementType;
}

const userGroup: FileType = {
  namespace: sideSchemas.userGroupNamespace,
  type: {
    attributes: {},
    content: {
      kind: "sequence",
      of: [
        ["Users", () => rowsOf("User", sideSchemas.user)],
        ["Groups", () => rowsOf("Group", sideSchemas.group)],
      ],
    },
  },
};

function rowsOf(name: string, type: ElementType): ElementType {
  return { attributes: {}, content: { kind: "sequence", of: [[name, () => type]], many: true } };
}

function typeOf(file: string): FileType {
  if (file.startsWith("Manifest")) return { namespace: manifestNamespace, type: spObjects };
  if (file.startsWith("UserGroup")) return userGroup;
  const sides: readonly sideSchemas.SideFile[] = [
    ...[sideSchemas.exportSettings, sideSchemas.systemData, sideSchemas.rootObjectMap, sideSchemas.lookupListMap],
    ...[sideSchemas.requirements, sideSchemas.viewFormsList, sideSchemas.archivedFiles],
  ];
  return sides.find((side) => side.file.startsWith(file.split(".")[0] ?? "")) ?? expect.fail(`What is ${file}?`);
}

async function check(folder: string, file: string): Promise<void> {
  const { namespace, type } = typeOf(file);
  const path = join(samples(folder), file);
  const chunks = await collect(createReadStream(path) as AsyncIterable<Uint8Array>);
  validate(
    await readWhole(
      (async function* () {
        yield* chunks;
      })(),
      file,
    ),
    type,
    namespace,
  );
}

/** What the schema of a file can't say is checked elsewhere; and documented elements pass. */
const passes = new Set([
  ...["Manifest.webparts-element.xml", "Manifest.shared-with-events-element.xml"],
  ...["UserGroup.no-systemid.xml", "ArchivedFiles.three-archives.xml"],
]);

describe.skipIf(specIsMissing)("validate(), where ../shared is missing: skipped", () => {
  it.each(
    ["valid", "valid-structure", "valid-content"].flatMap((folder) => filesOf(folder).map((file) => [folder, file])),
  )("takes the sample %s/%s", async (folder = "", file = "") => {
    await expect(check(folder, file)).resolves.toBeUndefined();
  });

  it.each(filesOf("invalid"))("tells what it must of the sample invalid/%s", async (file) => {
    const checked = check("invalid", file);
    if (passes.has(file)) await expect(checked).resolves.toBeUndefined();
    else await expect(checked).rejects.toMatchObject({ name: "Fault", isFatal: true });
  });
});
