// npm's @novu/node, which gives the body of an answer as it is.

import { createRequire } from "node:module";
import { Novu } from "@novu/node";
import { Refused } from "./report.mjs";

const { name, version } = createRequire(import.meta.url)("@novu/node/package.json");

async function told(answer) {
  try {
    return (await answer).data.data;
  } catch (error) {
    if (error.response === undefined) throw error;
    const { message, errors } = error.response.data;
    throw new Refused({ type: error.constructor.name, status: error.response.status, message, fields: errors });
  }
}

export class NovuNode {
  name = `npm ${name} ${version}`;
  errors = { read: "AxiosError", faults: "AxiosError", unread: "AxiosError" };
  sendsIncomplete = true;
  takesIdempotencyKeys = false;

  open(origin, key) {
    // Without `retryConfig` it tries nothing twice.
    const { integrations } = new Novu(key, { backendUrl: origin });
    return {
      create: ({ providerId, ...rest }) => told(integrations.create(providerId, rest)),
      list: () => told(integrations.getAll()),
      listActive: () => told(integrations.getActive()),
      update: (id, change) => told(integrations.update(id, change)),
      setPrimary: (id) => told(integrations.setIntegrationAsPrimary(id)),
      // Its own call sends `{}`; this is what that is made of, without a type of nothing.
      setPrimaryWithoutBody: (id) =>
        told(integrations.http.post(`/integrations/${id}/set-primary`, undefined, { headers: { "Content-Type": null } })),
      delete: (id) => told(integrations.delete(id)),
      inAppStatus: () => told(integrations.getInAppStatus()),
      webhookStatus: (id) => told(integrations.getWebhookProviderStatus(id)),
      close: async () => {},
    };
  }
}
