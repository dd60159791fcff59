export { type BindingDefinition, ElementBinding, type OtherContent } from "./binding.ts";
export { escapeAttribute, escapeText, XML_REPLACEMENT, xmlClean } from "./characters.ts";
export type { XmlElement } from "./element.ts";
export { readXmlDocument, readXmlRecords, type XmlReaderOptions, type XmlRecordsOptions } from "./reader.ts";
export { defaultXmlReaderLimits, type XmlReaderLimits } from "./record-parser.ts";
export { CHUNK_BYTES, utf8Chunks, writeXmlElement, writeXmlFile, type XmlRoot } from "./writer.ts";
