// Removes from the dist of the package in the current folder what was built of sources that are gone: the compiler
// leaves it there, and it would be published.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

for (const entry of readdirSync("dist", { recursive: true, withFileTypes: true })) {
  const built = join(entry.parentPath, entry.name);
  const source = join("src", relative("dist", built)).replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
  if (entry.isFile() && source.endsWith(".ts") && !existsSync(source)) rmSync(built);
}
