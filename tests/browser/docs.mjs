// The page under /docs, as somebody sees it who knows nothing yet: it lists every operation,
// takes a key, makes a call and shows the answer. Nothing is loaded from elsewhere.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";

const [binary, browserPath] = process.argv.slice(2);
const PATIENCE = 60_000;

// Any 32 bytes: the database lives as long as the test.
const MASTER_KEY = `k1:${Buffer.alloc(32).toString("base64")}`;

const folder = mkdtempSync(join(tmpdir(), "patchbay-browser."));
const addressFile = join(folder, "address");
const env = {
  ...process.env,
  PATCHBAY__SERVER__PORT: "0",
  PATCHBAY__SERVER__ADDRESS_FILE: addressFile,
  PATCHBAY__SECRETS__KEYS: MASTER_KEY,
  PATCHBAY__TELEMETRY__LEVEL: "warn",
};

const command = (...words) => JSON.parse(execFileSync(binary, words, { cwd: folder, env, encoding: "utf8" }));

async function address(service) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end && service.exitCode === null) {
    if (existsSync(addressFile)) return `http://${readFileSync(addressFile, "utf8").trim()}`;
    await pause(50);
  }
  throw new Error("the service does not start");
}

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

const service = spawn(binary, ["serve"], { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
try {
  const origin = await address(service);
  const organisation = command("organisation", "create", "--name", "browsing").id;
  const { key } = command("key", "create", "--organisation", organisation, "--name", "x", "--all-permissions");

  const browser = await chromium.launch({
    executablePath: browserPath,
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage();
    const wrong = [];
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) wrong.push(`asked elsewhere: ${url}`);
    });
    page.on("console", (message) => {
      if (message.type() === "error") wrong.push(message.text());
    });
    page.on("pageerror", (error) => wrong.push(String(error)));

    await everyOperationIsListed(page, origin);
    await aKeyIsTaken(page, key);
    await aCallIsMadeAndItsAnswerShown(page, organisation);
    assert.deepEqual(wrong, []);
  } finally {
    await browser.close();
  }
  console.log("browser test: every operation is listed, a call is made and answered");
} finally {
  if (service.exitCode === null) {
    service.kill("SIGTERM");
    await once(service, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
}
