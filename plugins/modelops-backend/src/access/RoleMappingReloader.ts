import { setTimeout as pause } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { codeOf } from '../errors';
import { type NewAuditEntry, SYSTEM_ACTOR } from '../audit/auditEntry';
import type { ConfigurationChange } from '../config';
import type { MappingHistory } from './MappingHistory';
import type { RoleMapping } from './roleMapping';
import type { RolesInEffect } from './RolesInEffect';

/** Pause before it is tried again to record a mapping, in milliseconds: as long as a database takes to come back. */
const RETRY_MS = 5_000;
/** Longest text of an entry about a mistake, in characters: some twenty problems. */
const MAX_DETAIL = 4_000;

const NEED_RESTART = 'take effect at a restart only';

/** Puts changed roles into effect on a running backend: recorded first, then used. */
export class RoleMappingReloader {
  readonly #stopped = new AbortController();
  #newest?: ConfigurationChange;
  #settling = false;

  constructor(
    private readonly options: {
      roles: RolesInEffect;
      history: MappingHistory;
      clock: () => Date;
      logger: LoggerService;
    },
  ) {}

  /** Records the mapping of the start. Throws `audit-unavailable` if it cannot: without the ledger nothing starts. */
  async start(): Promise<void> {
    const { roles, history, logger } = this.options;
    for (const warning of roles.describe().warnings) logger.warn(warning);
    await history.recordInEffect(roles.mapping);
  }

  /** Settles a change; a newer one takes its place while it waits for the ledger. Never throws. */
  async consider(change: ConfigurationChange): Promise<void> {
    this.#show(change);
    this.#newest = change;
    if (this.#settling) return;
    this.#settling = true;
    await this.#settleNewest();
    this.#settling = false;
  }

  stop() {
    this.#stopped.abort();
  }

  /**
   * Until the ledger can be written the mapping before stays in effect (design D7: recorded first). Nobody gains by the delay:
   * without the ledger nothing can be started anyway (D6).
   */
  async #settleNewest(): Promise<void> {
    while (this.#newest && !this.#stopped.signal.aborted) {
      const change = this.#newest;
      try {
        await this.#settle(change);
        if (this.#newest === change) this.#newest = undefined;
      } catch (error) {
        this.options.logger.error(
          `A change of the configuration could not be recorded (${codeOf(
            error,
          )}), so it is not in effect; trying again in ${RETRY_MS / 1_000} s`,
        );
        this.#showWaiting(change);
        await pause(RETRY_MS, undefined, {
          signal: this.#stopped.signal,
          ref: false,
        }).catch(() => {});
      }
    }
  }

  async #settle({ roles, restartNeeded }: ConfigurationChange): Promise<void> {
    const { history } = this.options;
    if ('problem' in roles) {
      await history.recordOnce(this.#rejectedEntry(roles.problem), [
        roles.content,
        this.options.roles.mapping.hash,
      ]);
    } else {
      await this.#putInEffect(roles);
    }
    if (restartNeeded && restartNeeded.keys.length > 0) {
      await history.recordOnce(
        restartNeededEntry(restartNeeded.keys),
        restartNeeded.content,
      );
    }
  }

  async #putInEffect(mapping: RoleMapping): Promise<void> {
    const { roles, history, clock, logger } = this.options;
    if (mapping.hash !== roles.mapping.hash) {
      await history.recordInEffect(mapping);
      roles.replace(mapping, clock());
      logger.info(`The role mapping ${mapping.hash} took effect`);
      for (const warning of mapping.warnings) logger.warn(warning);
    }
    roles.rejected = undefined;
  }

  /** What is known at once, before the ledger is asked. */
  #show({ roles: read, restartNeeded }: ConfigurationChange) {
    const { roles, clock, logger } = this.options;
    if ('problem' in read && roles.rejected?.message !== read.problem) {
      roles.rejected = { at: clock(), message: read.problem };
      logger.error(
        `The changed modelops.roles cannot be used, so those before stay in effect. ${read.problem}`,
      );
    }
    if (!restartNeeded) return;
    const { keys } = restartNeeded;
    if (keys.length > 0 && keys.join() !== roles.restartNeeded.join()) {
      logger.warn(`${pathsOf(keys)} changed, and ${NEED_RESTART}`);
    }
    roles.restartNeeded = keys;
  }

  #showWaiting({ roles: read }: ConfigurationChange) {
    const { roles, clock } = this.options;
    if ('problem' in read || read.hash === roles.mapping.hash) return;
    roles.rejected = {
      at: roles.rejected?.at ?? clock(),
      message:
        'The changed roles are good, but the audit ledger cannot be written, so those before stay in effect until it can.',
    };
  }

  #rejectedEntry(problem: string): NewAuditEntry {
    return {
      code: 'mapping.rejected',
      actor: SYSTEM_ACTOR,
      mappingHash: this.options.roles.mapping.hash,
      detail:
        problem.length > MAX_DETAIL
          ? `${problem.slice(0, MAX_DETAIL - 1)}…`
          : problem,
    };
  }
}

function restartNeededEntry(keys: readonly string[]): NewAuditEntry {
  return {
    code: 'mapping.restart-needed',
    actor: SYSTEM_ACTOR,
    detail: `${pathsOf(keys)} changed, and ${NEED_RESTART}`,
  };
}

function pathsOf(keys: readonly string[]): string {
  return keys.map(key => `modelops.${key}`).join(', ');
}
