import { CustomErrorBase } from '@backstage/errors';
import type { ErrorCode } from 'backstage-plugin-modelops-common';
import type { Secret } from 'backstage-plugin-modelops-node';
import type { Knex } from 'knex';
import type { AuditLedger, Transaction } from '../audit/AuditLedger';
import {
  keyedHash,
  type NewAuditEntry,
  SYSTEM_ACTOR,
} from '../audit/auditEntry';
import { isUniqueViolation } from '../database/databaseErrors';
import { diffMappings } from './mappingChanges';
import type { RoleMapping } from './roleMapping';

/**
 * The same content is recorded again after this time, in milliseconds: replicas that see it some minutes apart leave one entry,
 * and somebody who makes the same mistake another day leaves another.
 */
const RECORD_AGAIN_MS = 24 * 60 * 60_000;

/** Another replica was faster; nothing was written. */
class SupersededError extends CustomErrorBase {
  readonly name = 'SupersededError';
  readonly code: ErrorCode = 'internal';
}

/** Which mappings took effect, over all replicas of a portal; each change and its entry in one transaction. */
export class MappingHistory {
  constructor(
    private readonly options: {
      db: Knex;
      ledger: AuditLedger;
      /** Of the keyed hashes: other parts of the configuration hold secrets. */
      hashKey: Secret;
      clock: () => Date;
    },
  ) {}

  /** Records that the mapping takes effect, unless it is the one that did last, here or elsewhere. */
  async recordInEffect(mapping: RoleMapping): Promise<void> {
    for (;;) {
      const newest = await this.findNewest();
      if (newest?.hash === mapping.hash) return;
      const entry = entryFor(mapping, newest);
      try {
        await this.options.ledger.commit(async tx => {
          await this.moveNewest(tx, newest?.hash, mapping);
          return entry;
        });
        return;
      } catch (error) {
        if (!isSuperseded(error)) throw error; // otherwise look again who was faster, and with what
      }
    }
  }

  /** Records something else about the configuration, once for the same content on all replicas. */
  async recordOnce(entry: NewAuditEntry, content: unknown): Promise<void> {
    const { db, ledger, hashKey, clock } = this.options;
    const key = {
      code: entry.code,
      content_hash: keyedHash(hashKey, content),
    };
    const now = clock();
    const due = new Date(now.getTime() - RECORD_AGAIN_MS);
    const known = await db('config_notices').where(key).first('recorded_at');
    if (known && new Date(known.recorded_at) > due) return;
    try {
      await ledger.commit(async tx => {
        if (!known) {
          await tx('config_notices').insert({ ...key, recorded_at: now });
        } else {
          const updated = await tx('config_notices')
            .where(key)
            .where('recorded_at', '<=', due)
            .update({ recorded_at: now });
          if (updated !== 1) throw new SupersededError();
        }
        return entry;
      });
    } catch (error) {
      if (!isSuperseded(error)) throw error;
    }
  }

  private async findNewest(): Promise<
    { hash: string; roles: string } | undefined
  > {
    return this.options
      .db('role_mapping_newest')
      .join('role_mappings', 'role_mappings.hash', 'role_mapping_newest.hash')
      .first('role_mappings.hash', 'role_mappings.roles');
  }

  private async moveNewest(
    tx: Transaction,
    from: string | undefined,
    mapping: RoleMapping,
  ): Promise<void> {
    const now = this.options.clock();
    await tx('role_mappings')
      .insert({
        hash: mapping.hash,
        roles: mapping.canonical,
        first_seen_at: now,
      })
      .onConflict('hash')
      .ignore();
    if (from === undefined) {
      await tx('role_mapping_newest').insert({
        id: 1,
        hash: mapping.hash,
        since: now,
      });
      return;
    }
    const updated = await tx('role_mapping_newest')
      .where({ id: 1, hash: from })
      .update({ hash: mapping.hash, since: now });
    if (updated !== 1) throw new SupersededError();
  }
}

function isSuperseded(error: unknown): boolean {
  return error instanceof SupersededError || isUniqueViolation(error);
}

function entryFor(
  mapping: RoleMapping,
  before: { hash: string; roles: string } | undefined,
): NewAuditEntry {
  if (!before) {
    return {
      code: 'mapping.loaded',
      actor: SYSTEM_ACTOR,
      mappingHash: mapping.hash,
    };
  }
  const { changes, count } = diffMappings(
    JSON.parse(before.roles),
    mapping.roles,
  );
  return {
    code: 'mapping.changed',
    actor: SYSTEM_ACTOR,
    mappingHash: mapping.hash,
    previousMappingHash: before.hash,
    mappingChanges: changes,
    count,
  };
}
