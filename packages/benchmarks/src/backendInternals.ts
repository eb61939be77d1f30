// The parts of the backend that are measured from inside. They are no public API, so they are imported as files, here only.
/* eslint-disable @backstage/no-relative-monorepo-imports */
export {
  createRoleMapping,
  decideRole,
  type Asker,
  type Role,
  type RoleQuestion,
} from '../../../plugins/modelops-backend/src/access/roleMapping';
export { AuditLedger } from '../../../plugins/modelops-backend/src/audit/AuditLedger';
export { toRow } from '../../../plugins/modelops-backend/src/audit/auditRow';
export type { AuditFilter } from '../../../plugins/modelops-backend/src/audit/AuditReader';
export {
  type NewAuditEntry,
  NO_PREVIOUS_HASH,
  sealEntry,
} from '../../../plugins/modelops-backend/src/audit/auditEntry';
export { createAuditServices } from '../../../plugins/modelops-backend/src/auditServices';
export { readModelopsConfig } from '../../../plugins/modelops-backend/src/config';
export {
  isSqlite,
  openDatabase,
} from '../../../plugins/modelops-backend/src/database/migrate';
export { sharedKey } from '../../../plugins/modelops-backend/src/database/sharedKey';
export { PlatformRegistry } from '../../../plugins/modelops-backend/src/platforms/ConnectionRegistry';
export { toNewRow } from '../../../plugins/modelops-backend/src/runs/runRow';
export { createServices } from '../../../plugins/modelops-backend/src/services';
export { BarePortal } from '../../../plugins/modelops-backend/src/proofs/__testUtils__/BarePortal';
export { unlimitedConfig } from '../../../plugins/modelops-backend/src/proofs/__testUtils__/unlimitedConfig';
