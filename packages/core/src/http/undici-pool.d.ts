// The pool alone costs a worker thread a third of what all of undici (with fetch and WebSocket) costs to load.
declare module "undici/lib/dispatcher/pool.js" {
  export { Pool as default } from "undici";
}
