import { newModel, type RegisteredModel } from './models';
import { FRAUD_RUN_AS, READER } from './principals';
import type { Workspace } from './Workspace';

/** Where the many models lie: more than one catalog, and schemas of unequal size. */
const CATALOGS = ['bulk_dev', 'bulk_prod'];
const SCHEMAS = ['churn', 'credit', 'pricing', 'ranking', 'supply'];
/** A user, a group, a service principal, and somebody whom nobody has heard of. */
const OWNERS = [
  'ada@acme.example',
  'data-scientists',
  FRAUD_RUN_AS,
  'gone@acme.example',
];
/** Every how-manieth model has a version. */
const WITH_VERSION = 2;

/**
 * Adds models for an ingestion to find; those that are there already stay. Nothing is trained: the versions share their weights,
 * so ten thousand models cost some megabytes.
 */
export function seedManyModels(workspace: Workspace, count: number): void {
  const [shared] = workspace.findModel('main.fraud.detector')!.versions;
  const first = Date.UTC(2025, 0, 1);
  let number = 0;
  for (let added = 0; added < count; number += 1) {
    const fullName = nameOf(number);
    if (workspace.models.has(fullName)) continue;
    added += 1;
    const owner = OWNERS[number % OWNERS.length];
    const createdAt = first + number * 60_000;
    const model: RegisteredModel = newModel({
      fullName,
      createdBy: owner,
      createdAt,
      comment: `Model number ${number}`,
      executors: [READER],
    });
    if (number % WITH_VERSION === 0) {
      model.versions.push({ ...shared });
      model.lastVersion = 1;
    }
    if (number % 3 === 0)
      model.tags.set('team', number % 2 ? 'growth' : 'fraud');
    workspace.models.set(fullName, model);
  }
}

function nameOf(number: number): string {
  const catalog = CATALOGS[number % 3 === 0 ? 0 : 1];
  const schema = SCHEMAS[number % SCHEMAS.length];
  return `${catalog}.${schema}.model_${String(number).padStart(5, '0')}`;
}
