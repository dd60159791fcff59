/**
 * A store of packages that keeps nothing but what is read back, the manifest files: what sealing costs without any
 * store. It has no locator, so sealed blocks come from the worker threads to this one.
 */
export function nullStore() {
  return {
    async open() {
      return {
        content: new NullContainer(),
        manifest: new NullContainer(true),
        complete: async () => undefined,
        discard,
      };
    },
  };
}

async function discard() {}

class NullContainer {
  #blobs;

  constructor(keeps = false) {
    if (keeps) this.#blobs = new Map();
  }

  async putBlob(name, body, { md5, iv }) {
    this.#blobs?.set(name, { body: Buffer.from(body), properties: { name, size: body.length, md5, iv } });
  }

  async putBlock() {}
  async putBlockList() {}
  async snapshot() {}

  async remove(name) {
    this.#blobs?.delete(name);
  }

  async *read(name) {
    yield this.#blobs.get(name).body;
  }

  async properties(name) {
    return this.#blobs.get(name).properties;
  }

  async *list() {}
}
