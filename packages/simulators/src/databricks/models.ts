import type { TrainedModel } from '../training/trainModel';
import { FRAUD_RUN_AS, READER, TRAINER } from './principals';

/** One version of a Unity Catalog model. */
export interface ModelVersion {
  version: number;
  mlflowRunId: string;
  createdAt: number;
  createdBy: string;
  /** The weights; kept so that a deployed version can give true predictions. */
  trained: TrainedModel;
}

/** A registered model of Unity Catalog. */
export interface RegisteredModel {
  fullName: string;
  owner: string;
  comment: string;
  createdAt: number;
  /** Who holds EXECUTE (and USE_CATALOG, USE_SCHEMA); the owner and metastore admins need no grant. */
  executors: string[];
  aliases: Map<string, number>;
  versions: ModelVersion[];
}

/** Versions that exist before the first run: trained for real when the simulator starts. */
export interface SeedVersion {
  fullName: string;
  dataset: string;
  parameters: Record<string, string>;
  jobId: bigint;
  ageDays: number;
  createdBy: string;
}

/** The models of the demo, still without versions. */
export function demoModels(): RegisteredModel[] {
  const createdAt = Date.UTC(2026, 4, 4, 10, 0);
  const model = (
    fullName: string,
    owner: string,
    comment: string,
    executors: string[],
  ): RegisteredModel => ({
    fullName,
    owner,
    comment,
    executors,
    createdAt,
    aliases: new Map(),
    versions: [],
  });
  const fraud = model(
    'main.fraud.detector',
    'alan@acme.example',
    'Flags card payments that look fraudulent',
    [
      'ada@acme.example',
      'katherine@acme.example',
      READER,
      TRAINER,
      FRAUD_RUN_AS,
    ],
  );
  fraud.aliases.set('champion', 2);
  return [
    fraud,
    model(
      'main.growth.uplift',
      'grace@acme.example',
      'Which offer makes a customer stay',
      [READER],
    ),
    model(
      'main.hr.attrition',
      'alan@acme.example',
      'For the people team only',
      [],
    ),
  ];
}

/**
 * All older than 60 days, the time Databricks keeps a run: their job runs are gone, their MLflow runs are not.
 */
export const SEED_VERSIONS: SeedVersion[] = [
  {
    fullName: 'main.fraud.detector',
    dataset: 'fraud',
    parameters: {
      epochs: '2',
      learning_rate: '0.02',
      class_weight: 'none',
      modelops_run_id: '',
    },
    jobId: 8123n,
    ageDays: 120,
    createdBy: FRAUD_RUN_AS,
  },
  {
    fullName: 'main.fraud.detector',
    dataset: 'fraud',
    parameters: {
      epochs: '4',
      learning_rate: '0.05',
      class_weight: 'balanced',
      modelops_run_id: '',
    },
    jobId: 8123n,
    ageDays: 90,
    createdBy: FRAUD_RUN_AS,
  },
  {
    fullName: 'main.growth.uplift',
    dataset: 'growth',
    parameters: {
      epochs: '2',
      learning_rate: '0.05',
      class_weight: 'none',
      modelops_run_id: '',
    },
    jobId: 8124n,
    ageDays: 80,
    createdBy: 'grace@acme.example',
  },
  {
    fullName: 'main.hr.attrition',
    dataset: 'attrition',
    parameters: {
      epochs: '2',
      learning_rate: '0.05',
      class_weight: 'none',
      modelops_run_id: '',
    },
    jobId: 9001n,
    ageDays: 70,
    createdBy: 'alan@acme.example',
  },
];
