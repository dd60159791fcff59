import { once } from "node:events";
import { createWriteStream } from "node:fs";

/** Writes a CSV mapping file of so many users, and gives its path. */
export async function makeMappingFile(path, count) {
  const out = createWriteStream(path, { highWaterMark: 1024 * 1024 });
  out.write("sourceUserPrincipalName,targetUserPrincipalName,userType,targetEmail\n");
  for (let user = 0; user < count; user += 1) {
    const name = `user.${String(user).padStart(7, "0")}`;
    const line = `${name}@south.example,${name}@north.example,regularUser,${name}@mail.north.example\n`;
    if (!out.write(line)) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
  return path;
}
