// `patchbay dev`, as somebody sees it who connects a shop and a team: a link, the page of the
// provider, which the sandbox plays, a button there, and the way back. Their health is valid then.

import assert from "node:assert/strict";
import { eventually, withPage } from "./running.mjs";
import { withService } from "./service.mjs";

const [binary, browserPath] = process.argv.slice(2);

const INTEGRATIONS = [
  { name: "Shop", type: "shopify", config: { shop_domain: "mystore.myshopify.com" } },
  { name: "Team", type: "slack", config: {} },
];

async function asked(address, key, method, body) {
  const answer = await fetch(address, {
    method,
    headers: { authorization: `Bearer ${key}`, "x-api-key": key, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${address}: ${answer.status}`);
  return answer.json();
}

async function isConnected(page, origin, key, integration) {
  const { id } = await asked(`${origin}/api/public/integrations`, key, "POST", integration);
  const native = `${origin}/patchbay/v1/integrations/${id}`;
  const { url } = await asked(`${native}/authorize`, key, "POST");
  await page.goto(url);
  await page.click("#allow");
  assert.equal(await page.textContent("h1"), "Connected");
  const { health } = await asked(native, key, "GET");
  assert.equal(health.state, "valid", integration.type);
}

await withService(binary, ["dev", "--data-dir", "data"], {}, async ({ origin, printed }) => {
  const sandbox = await eventually(() => printed().match(/sandbox +(http:\/\/[0-9.:]+)/)?.[1]);
  const key = await eventually(() => printed().match(/key +(ck_[0-9a-f]+)/)?.[1]);
  await withPage(browserPath, [origin, sandbox], async (page) => {
    for (const integration of INTEGRATIONS) await isConnected(page, origin, key, integration);
  });
});
console.log("browser test: a shop and a team are connected in a browser");
