// The page under /docs, as somebody sees it who knows nothing yet: it lists every operation,
// takes a key, makes a call and shows the answer. Nothing is loaded from elsewhere.

import assert from "node:assert/strict";
import { withPage } from "./running.mjs";
import { withService } from "./service.mjs";

const [binary, browserPath] = process.argv.slice(2);

// Any 32 bytes: the database lives as long as the test.
const MASTER_KEY = `k1:${Buffer.alloc(32).toString("base64")}`;

/** Every operation of a document, as `METHOD path`. */
const operations = (document) =>
  Object.entries(document.paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();

async function listed(page) {
  const texts = await page.$$eval(".opblock", (blocks) =>
    blocks.map((block) => {
      const text = (selector) => block.querySelector(selector).textContent.replace(/\u200b/g, "");
      return `${text(".opblock-summary-method")} ${text(".opblock-summary-path")}`;
    }),
  );
  return texts.sort();
}

async function everyOperationIsListed(page, origin) {
  const document = await (await fetch(`${origin}/openapi/telex.json`)).json();
  await page.goto(`${origin}/docs`);
  await page.waitForSelector(".opblock");
  assert.deepEqual(await listed(page), operations(document));
  assert.match(await page.textContent(".info .title"), /Patchbay: the Telex API/);
}

async function aKeyIsTaken(page, key) {
  await page.click(".auth-wrapper .authorize");
  await page.fill(".auth-container >> nth=0 >> input", key);
  await page.click(".auth-container >> nth=0 >> button.authorize");
  await page.click(".btn-done");
}

async function aCallIsMadeAndItsAnswerShown(page, organisation) {
  const operation = page.locator("#operations-integrations-list_integrations");
  await operation.locator(".opblock-summary-control").click();
  await operation.locator(".try-out__btn").click();
  await operation.locator('tr[data-param-name="org"] input').fill(organisation);
  await operation.locator("button.execute").click();
  const answer = operation.locator(".live-responses-table .response");
  await answer.waitFor();
  assert.match(await answer.locator(".response-col_status").textContent(), /200/);
  const body = JSON.parse(await answer.locator(".response-col_description pre code").first().textContent());
  assert.deepEqual(body, {
    status: "success",
    status_code: 200,
    message: "Integrations retrieved successfully.",
    data: [],
  });
}

await withService(binary, ["serve"], { PATCHBAY__SECRETS__KEYS: MASTER_KEY }, async ({ origin, command }) => {
  const organisation = command("organisation", "create", "--name", "browsing").id;
  const { key } = command("key", "create", "--organisation", organisation, "--name", "x", "--all-permissions");
  await withPage(browserPath, [origin], async (page) => {
    await everyOperationIsListed(page, origin);
    await aKeyIsTaken(page, key);
    await aCallIsMadeAndItsAnswerShown(page, organisation);
  });
});
console.log("browser test: every operation is listed, a call is made and answered");
