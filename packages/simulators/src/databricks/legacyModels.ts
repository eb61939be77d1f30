import { READER } from './principals';

/** A version in the workspace's own registry. */
export interface LegacyVersion {
  /** Text here, unlike in Unity Catalog. */
  version: string;
  stage: 'None' | 'Staging' | 'Production' | 'Archived';
  /** An MLflow run that may be gone. */
  runId: string;
  createdAt: number;
  user: string;
  tags: Record<string, string>;
}

/** A model in the workspace's own registry, from before Unity Catalog. */
export interface LegacyModel {
  /** What the permissions API wants. */
  id: string;
  name: string;
  description: string;
  user: string;
  createdAt: number;
  tags: Record<string, string>;
  /** Who holds CAN_READ, or more; admins need no entry. */
  readers: string[];
  versions: LegacyVersion[];
}

const CREATED_AT = Date.UTC(2024, 2, 1, 9, 0);
const DAY_MS = 24 * 3600 * 1000;

/** The legacy models of the demo: with stages, with one version only, with none, and one that is hidden. */
export function demoLegacyModels(): LegacyModel[] {
  return [
    legacy('churn-scoring', 'grace@acme.example', 'Who is about to leave', {
      tags: { team: 'growth' },
      readers: ['grace@acme.example', 'ada@acme.example', READER],
      stages: ['Archived', 'Production', 'Staging'],
    }),
    legacy('fraud-rules', 'ada@acme.example', 'The rules before the model', {
      tags: { team: 'fraud' },
      readers: ['ada@acme.example', READER],
      stages: ['Production'],
    }),
    legacy('fraud-sandbox', 'ada@acme.example', '', {
      tags: {},
      readers: ['ada@acme.example', READER],
      stages: [],
    }),
    legacy('salary-bands', 'alan@acme.example', 'For the people team only', {
      tags: {},
      readers: [],
      stages: ['None'],
    }),
  ];
}

function legacy(
  name: string,
  user: string,
  description: string,
  more: Pick<LegacyModel, 'tags' | 'readers'> & {
    stages: LegacyVersion['stage'][];
  },
): LegacyModel {
  return {
    id: Buffer.from(name.padEnd(16, '-')).toString('hex').slice(0, 32),
    name,
    user,
    description,
    createdAt: CREATED_AT,
    tags: more.tags,
    readers: more.readers,
    versions: more.stages.map((stage, index) => ({
      version: String(index + 1),
      stage,
      // Of an experiment that was deleted since: runs/get answers 404.
      runId: `${index + 1}`.padStart(32, 'a'),
      createdAt: CREATED_AT + (index + 1) * DAY_MS,
      user,
      tags: {},
    })),
  };
}
