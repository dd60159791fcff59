export { ElementBinding, type OtherContent } from "./binding.ts";
export { xmlClean } from "./characters.ts";
export type { XmlElement } from "./element.ts";
export { readXmlBatches, readXmlDocument, readXmlRecords } from "./reader.ts";
export type { XmlReaderLimits } from "./record-parser.ts";
export { splitXmlFiles } from "./split-writer.ts";
export { writeXmlFile } from "./writer.ts";
