export type { XmlElement } from "./element.ts";
export { readXmlDocument, readXmlRecords, type XmlReaderOptions, type XmlRecordsOptions } from "./reader.ts";
export { defaultXmlReaderLimits, type XmlReaderLimits } from "./record-parser.ts";
