import { setMaxListeners } from "node:events";

/** A controller whose signal many calls may listen to at once without a warning. */
export function createAbort(): AbortController {
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  return abort;
}
