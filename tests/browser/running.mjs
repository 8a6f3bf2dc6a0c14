// A running Patchbay with a folder of its own, and a browser that is told of whatever leaves it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";

const PATIENCE = 60_000;

async function address(file, service) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end && service.exitCode === null) {
    if (existsSync(file)) return `http://${readFileSync(file, "utf8").trim()}`;
    await pause(50);
  }
  throw new Error("the service does not start");
}

/** Runs `use` beside `patchbay WORDS`; it gets the origin, the folder, the environment and what was printed. */
export async function withService(binary, words, settings, use) {
  const folder = mkdtempSync(join(tmpdir(), "patchbay-browser."));
  const addressFile = join(folder, "address");
  const env = {
    ...process.env,
    PATCHBAY__SERVER__PORT: "0",
    PATCHBAY__SERVER__ADDRESS_FILE: addressFile,
    PATCHBAY__TELEMETRY__LEVEL: "warn",
    ...settings,
  };
  const service = spawn(binary, words, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  service.stdout.on("data", (text) => (printed += text));
  try {
    const origin = await address(addressFile, service);
    await use({ origin, folder, env, printed: () => printed });
  } finally {
    if (service.exitCode === null) {
      service.kill("SIGTERM");
      await once(service, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `use` with a page, and fails when it asks for anything but what begins like one of `origins`. */
export async function withPage(browserPath, origins, use) {
  const browser = await chromium.launch({
    executablePath: browserPath,
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage();
    const wrong = [];
    page.on("request", (request) => {
      const url = request.url();
      const isOurs = origins.some((origin) => url.startsWith(`${origin}/`));
      if (!isOurs && !url.startsWith("data:")) wrong.push(`asked elsewhere: ${url}`);
    });
    page.on("console", (message) => {
      if (message.type() === "error") wrong.push(message.text());
    });
    page.on("pageerror", (error) => wrong.push(String(error)));
    await use(page);
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
  } finally {
    await browser.close();
  }
}

/** Asks again and again until the answer is something. */
export async function eventually(ask) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(50);
  }
  throw new Error("it never came to this");
}
