// npm's @novu/api, which checks every answer against its schema.

import { createRequire } from "node:module";
import { Refused } from "./report.mjs";

const require = createRequire(import.meta.url);

/** As on the wire: the client has names of its own for these. */
const onTheWire = ({ id, environmentId, organizationId, ...rest }) => ({
  _id: id,
  _environmentId: environmentId,
  _organizationId: organizationId,
  ...rest,
});

async function told(answer) {
  try {
    return (await answer).result;
  } catch (error) {
    if (error.statusCode === undefined) throw error;
    throw new Refused({
      type: error.constructor.name,
      status: error.statusCode,
      message: error.data$?.message ?? error.pretty?.() ?? error.message,
      fields: error.errors,
    });
  }
}

export class NovuApi {
  /** What it throws: a refusal that it read, one with faults, and one whose body it does not read. */
  errors = { read: "ErrorDto", faults: "ValidationErrorDto", unread: "SDKError" };

  /** `installed` is the name that the package has in package.json. */
  constructor(installed) {
    const { name, version } = require(`${installed}/package.json`);
    this.name = `npm ${name} ${version}`;
    this.library = require(installed);
    // Earlier ones refuse to send an integration that lacks members.
    this.sendsIncomplete = parseInt(version) >= 3;
    this.takesIdempotencyKeys = true;
  }

  open(origin, key) {
    const novu = new this.library.Novu({ serverURL: origin, secretKey: key, retryConfig: { strategy: "none" } });
    const { integrations } = novu;
    return {
      create: async (integration, once) => onTheWire(await told(integrations.create(integration, once))),
      list: async () => (await told(integrations.list())).map(onTheWire),
      listActive: async () => (await told(integrations.listActive())).map(onTheWire),
      update: async (id, change) => onTheWire(await told(integrations.update(change, id))),
      setPrimary: async (id) => onTheWire(await told(integrations.setAsPrimary(id))),
      // It never sends a body there.
      setPrimaryWithoutBody: async (id) => onTheWire(await told(integrations.setAsPrimary(id))),
      delete: async (id) => (await told(integrations.delete(id))).map(onTheWire),
      close: async () => {},
    };
  }
}
