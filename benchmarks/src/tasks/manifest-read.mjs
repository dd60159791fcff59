// Reads a Manifest.xml from memory in chunks of 64 KiB: "core" with core's reader, "saxes" with a bare parser that tells
// of each start and end tag and of each text, "saxes-plain" the same without counting lines and columns.
import { readFileSync } from "node:fs";
import { SaxesParser } from "saxes";
import { manifest } from "../core.mjs";
import { reportWork } from "./work-usage.mjs";

const CHUNK = 64 * 1024;
const [mode, path] = process.argv.slice(2);
const bytes = readFileSync(path);
const { readManifest } = await manifest();

function* chunks() {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

async function readWithCore() {
  let objects = 0;
  for await (const object of readManifest(chunks())) if (object.Id) objects += 1;
  return { objects };
}

function readWithSaxes(options) {
  const parser = new SaxesParser(options);
  const decoder = new TextDecoder();
  let objects = 0;
  parser.on("opentag", (tag) => {
    if (tag.name === "SPObject" && tag.attributes.Id) objects += 1;
  });
  parser.on("closetag", () => {});
  parser.on("text", () => {});
  for (const chunk of chunks()) parser.write(decoder.decode(chunk, { stream: true }));
  parser.write(decoder.decode()).close();
  return { objects };
}

const readers = {
  core: readWithCore,
  saxes: () => readWithSaxes({}),
  "saxes-plain": () => readWithSaxes({ position: false }),
};
await reportWork(readers[mode]);
