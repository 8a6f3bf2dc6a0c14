// A running Patchbay with a folder of its own, for tests from outside.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** How long anything may take before a test gives up on it, in milliseconds. */
export const PATIENCE = 60_000;

async function address(file, service) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end && service.exitCode === null) {
    if (existsSync(file)) return `http://${readFileSync(file, "utf8").trim()}`;
    await pause(50);
  }
  throw new Error("the service does not start");
}

/**
 * Runs `use` beside `patchbay WORDS`; it gets the origin, what was printed, and a function that runs
 * another command in the same folder and answers what that printed.
 */
export async function withService(binary, words, settings, use) {
  const folder = mkdtempSync(join(tmpdir(), "patchbay-test."));
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
    const command = (...other) => JSON.parse(execFileSync(binary, other, { cwd: folder, env, encoding: "utf8" }));
    await use({ origin, command, printed: () => printed });
  } finally {
    if (service.exitCode === null) {
      service.kill("SIGTERM");
      await once(service, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
