export { importPackage } from "./import-package.ts";
