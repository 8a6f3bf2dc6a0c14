// PyPI's novu-py, in a process that takes a call a line and answers it in one: novu_py_client.py.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Refused } from "./report.mjs";

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "novu_py_client.py");

export class NovuPy {
  errors = { read: "ErrorDto", faults: "ValidationErrorDto", unread: "APIError" };
  sendsIncomplete = true;
  takesIdempotencyKeys = true;

  constructor(python) {
    this.python = python;
    this.name = `PyPI ${execFileSync(python, [PROGRAM, "--version"], { encoding: "utf8" }).trim()}`;
  }

  open(origin, key) {
    const env = { ...process.env, NOVU_URL: origin, NOVU_SECRET_KEY: key };
    const program = spawn(this.python, [PROGRAM], { env, stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(program, "exit");
    // Where it ended, its missing answer says so.
    program.stdin.on("error", () => {});
    const answers = createInterface(program.stdout)[Symbol.asyncIterator]();
    const call = async (name, ...given) => {
      program.stdin.write(`${JSON.stringify([name, ...given])}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error("the client ended");
      const { answer, refused, failed } = JSON.parse(value);
      if (refused) throw new Refused(refused);
      if (failed) throw new Error(failed);
      return answer;
    };
    const calls = ["create", "list", "listActive", "update", "setPrimary", "delete"];
    return {
      ...Object.fromEntries(calls.map((name) => [name, (...given) => call(name, ...given)])),
      // It never sends a body there.
      setPrimaryWithoutBody: (id) => call("setPrimary", id),
      close: async () => {
        program.stdin.end();
        await ended;
      },
    };
  }
}
