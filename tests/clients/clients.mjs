// Every client plays the steps of its API against one running service, each in an organisation of
// its own. Started by `run`, which says more.

import { NovuApi } from "./novu_api.mjs";
import { NovuNode } from "./novu_node.mjs";
import { NovuPy } from "./novu_py.mjs";
import { playNovu } from "./novu_steps.mjs";
import { Report } from "./report.mjs";
import { withService } from "./service.mjs";

const [binary, python] = process.argv.slice(2);

const DATA = ["--data-dir", "data"];
const REVEALING = ["integrations:read", "integrations:write", "credentials:reveal"].flatMap((name) => ["--permission", name]);

/** A new organisation, its default environment, and two keys: what the clients of Novu need, and one that sees secrets. */
function tenant(command, name) {
  const made = command("organisation", "create", "--name", name, ...DATA);
  const key = (...options) => command("key", "create", "--organisation", made.id, "--name", "x", ...options, ...DATA).key;
  return {
    organisation: made.id,
    environment: made.default_environment_id,
    key: key("--preset", "novu"),
    revealing: key(...REVEALING),
  };
}

const report = new Report();
await withService(binary, ["dev", ...DATA], {}, async ({ origin, command }) => {
  for (const client of [new NovuApi("@novu/api"), new NovuApi("novu-api-1"), new NovuNode(), new NovuPy(python)]) {
    await report.of(client.name, () => playNovu(report, client, origin, tenant(command, client.name)));
  }
});
process.exitCode = report.conclusion();
