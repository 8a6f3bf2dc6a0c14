// What is expected of a client, what it gave, and a line for each step.

import { isDeepStrictEqual } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { PATIENCE } from "./service.mjs";

/** Something else than what is expected. */
class Difference extends Error {
  constructor(expected, got) {
    super("something else was expected");
    Object.assign(this, { expected, got });
  }
}

/** A refusal as the client told it: the name of its own error type, the status, and what it read in the body. */
export class Refused extends Error {
  constructor({ type, status, message, fields }) {
    super(`${type}, status ${status}: ${message}`);
    Object.assign(this, { type, status, fields, said: message });
  }
}

/** Fails unless they are equal. */
export function same(got, expected) {
  if (!isDeepStrictEqual(got, expected)) throw new Difference(expected, got);
}

/** Fails unless `got` has these members, equal ones; of the others nothing is asked. */
export function shows(got, expected) {
  const names = Object.keys(expected);
  same(Object.fromEntries(names.map((name) => [name, got?.[name]])), expected);
}

/** Fails unless `act` is refused like this; `faults` are the members that are named in the refusal, sorted. */
export async function refused(act, expected) {
  let answer;
  try {
    answer = await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const faults = error.fields && Object.keys(error.fields).sort();
    return shows({ type: error.type, status: error.status, message: error.said, faults }, expected);
  }
  throw new Difference(expected, { answer });
}

const shown = (value) => JSON.stringify(value, (_, inner) => (inner === undefined ? "(none)" : inner));

const TOO_LONG = async () => {
  await pause(PATIENCE, undefined, { ref: false });
  throw new Error(`no answer within ${PATIENCE / 1000} seconds`);
};

/** Plays steps one after the other, tells each, and counts. A step that fails does not keep the next from being tried. */
export class Report {
  #passed = 0;
  #failed = 0;
  #clients = 0;

  /** Runs `play`, all steps of one client. */
  async of(client, play) {
    console.log(`${client}`);
    this.#clients += 1;
    try {
      await play();
    } catch (error) {
      this.#tell("the client plays its steps", error);
    }
  }

  /** One step: what is tried and what has to come of it. */
  async step(name, act) {
    try {
      await Promise.race([act(), TOO_LONG()]);
      this.#passed += 1;
      console.log(`  ok    ${name}`);
    } catch (error) {
      this.#tell(name, error);
    }
  }

  #tell(name, error) {
    this.#failed += 1;
    const isDifference = error instanceof Difference;
    console.log(`  FAIL  ${name}`);
    console.log(`        expected: ${isDifference ? shown(error.expected) : "an answer that the client reads"}`);
    console.log(`        got:      ${isDifference ? shown(error.got) : error.message.replace(/\n/g, "\n                  ")}`);
  }

  /** Tells the sum, and answers the status to exit with. */
  conclusion() {
    const all = this.#passed + this.#failed;
    const sum = this.#failed === 0 ? `all ${all} steps passed` : `${this.#failed} of ${all} steps failed`;
    console.log(`clients test: ${this.#clients} clients, ${sum}`);
    return this.#failed === 0 ? 0 : 1;
  }
}
