import { appendFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import knexFactory, { type Knex } from 'knex';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { JsonObject } from '@backstage/types';
import { isSqlite } from '../../../database/migrate';
import { answerQuestions } from '../answerQuestions';
import { BarePortal } from '../BarePortal';
import { BEFORE_A_CHANGE } from '../PassingLedger';
import { shiftDate } from '../shiftedDate';
import { type DeadlyStep, Steps, stepAtWrites, steppedFetch } from './Steps';

/*
 * A process with a bare portal that can be killed. It is bundled and started by ChildPortal, and does what the process that
 * started it says. Its steps are made here, around what the services are given; they know nothing of it.
 */

/** What the process is told at its start. */
export interface ChildWorld {
  knex: Knex.Config;
  config: JsonObject;
  /** Gets a line for each entry whose commit was answered, before anything else happens. */
  witnessFile: string;
  logFile: string;
}

/** An entry that was committed, by what identifies it. */
export interface WitnessedEntry {
  sequence: number;
  hash: string;
}

/** What can be asked of the process. */
export type ChildCalls = typeof calls;

const steps = new Steps();
globalThis.fetch = steppedFetch(globalThis.fetch, steps.pass);
let portal: BarePortal;

const calls = {
  async open({ knex: knexConfig, config, witnessFile, logFile }: ChildWorld) {
    const knex = knexFactory(knexConfig);
    // What a process has written outlives it; only a power cut would need the disk. PostgreSQL runs without as well.
    if (isSqlite(knex)) await knex.raw('PRAGMA synchronous = OFF');
    portal = await BarePortal.open(
      {
        knex,
        config,
        logger: logTo(logFile),
        // Before a change begins is no step: in its transaction, before the commit, comes right after.
        pass: step => {
          if (step !== BEFORE_A_CHANGE) steps.pass(step);
        },
        // Synchronous, so that it is in the file when the process dies at the next step.
        witness: ({ sequence, hash }) =>
          appendFileSync(
            witnessFile,
            `${JSON.stringify({ sequence, hash } satisfies WitnessedEntry)}\n`,
          ),
      },
      () => stepAtWrites(knex, steps.pass),
    );
  },
  start: (...args: Parameters<BarePortal['start']>) => portal.start(...args),
  cancel: (...args: Parameters<BarePortal['cancel']>) => portal.cancel(...args),
  tick: () => portal.tick(),
  seal: () => portal.seal(),
  reload: (changed: JsonObject) => portal.reload(changed),
  verify: () => portal.verify(),
  shiftDate: async (ms: number) => shiftDate(ms),
  dieAt: async (deadly: DeadlyStep) => steps.dieAt(deadly),
  takeSteps: async () => steps.take(),
  /** Keeps what was compiled for the next process; a process does that at its end, and ours have none. */
  keepCompiled: async () => flushCompileCache(),
};

function logTo(file: string): LoggerService {
  const log = (level: string) => (message: unknown) =>
    appendFileSync(file, `${process.pid} ${level} ${message}\n`);
  return {
    error: log('error'),
    warn: log('warn'),
    info: log('info'),
    debug: () => {},
    child: () => logTo(file),
  };
}

answerQuestions(calls);
