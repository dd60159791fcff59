// Reads an exported manifest that is made on the fly: "core" with core's reader, "saxes" with a bare parser that tells of
// each start and end tag and of each text.
import { SaxesParser } from "saxes";
import { manifest } from "../core.mjs";
import { exportedManifest } from "./exported-manifest.mjs";
import { reportWork } from "./work-usage.mjs";

const [mode, bytes] = process.argv.slice(2);
const { chunks, objects: expected, size } = exportedManifest(Number(bytes));
const { readManifest } = await manifest();

async function readWithCore() {
  let objects = 0;
  for await (const object of readManifest(chunks())) if (object.Id) objects += 1;
  return { objects, expected, size };
}

function readWithSaxes() {
  const parser = new SaxesParser();
  const decoder = new TextDecoder();
  let objects = 0;
  parser.on("opentag", (tag) => {
    if (tag.name === "SPObject" && tag.attributes.Id) objects += 1;
  });
  parser.on("closetag", () => {});
  parser.on("text", () => {});
  for (const chunk of chunks()) parser.write(decoder.decode(chunk, { stream: true }));
  parser.write(decoder.decode()).close();
  return { objects, expected, size };
}

await reportWork(mode === "core" ? readWithCore : readWithSaxes);
