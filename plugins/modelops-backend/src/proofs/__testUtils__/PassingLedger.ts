import type { AuditEntry } from 'backstage-plugin-modelops-common';
import { AuditLedger, type Transaction } from '../../audit/AuditLedger';
import type { NewAuditEntry } from '../../audit/auditEntry';

type LedgerOptions = ConstructorParameters<typeof AuditLedger>[0];
type Lane = Parameters<AuditLedger['record']>[1];

/** The point at which a change begins. */
export const BEFORE_A_CHANGE = 'before a change';

/**
 * The real ledger, which says when it comes by the beginning and the end of a commit. A change is run inside its transaction,
 * so before it runs its code is not known, and at its end nobody may be waited for.
 */
export class PassingLedger extends AuditLedger {
  constructor(
    options: LedgerOptions,
    private readonly told: {
      pass: (point: string) => unknown;
      witness?: (entry: AuditEntry) => void;
    },
  ) {
    super(options);
  }

  async commit(
    change: (tx: Transaction) => Promise<NewAuditEntry>,
  ): Promise<AuditEntry> {
    await this.told.pass(BEFORE_A_CHANGE);
    return this.committed(
      super.commit(async tx => {
        const entry = await change(tx);
        this.told.pass(`in the transaction of ${entry.code}`);
        return entry;
      }),
    );
  }

  async record(entry: NewAuditEntry, lane?: Lane): Promise<AuditEntry> {
    await this.told.pass(`before ${entry.code}`);
    return this.committed(super.record(entry, lane));
  }

  private async committed(commit: Promise<AuditEntry>): Promise<AuditEntry> {
    const entry = await commit;
    this.told.witness?.(entry);
    await this.told.pass(`after ${entry.code}`);
    return entry;
  }
}
