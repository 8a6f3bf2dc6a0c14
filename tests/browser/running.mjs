// A browser that is told of whatever leaves it, and patience.

import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";
import { PATIENCE } from "./service.mjs";

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
