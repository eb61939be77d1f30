import type { TrainedModel } from '../training/trainModel';
import { FRAUD_RUN_AS, READER, TRAINER } from './principals';

/** One version of a Unity Catalog model. */
export interface ModelVersion {
  version: number;
  status: 'PENDING_REGISTRATION' | 'READY' | 'FAILED_REGISTRATION';
  comment: string;
  mlflowRunId?: string;
  createdAt: number;
  createdBy: string;
  tags: Map<string, string>;
  /** Names of what goes into the model, in order. */
  columns: string[];
  /** The weights; kept so that a deployed version can give true predictions. Absent until it is READY. */
  trained?: TrainedModel;
}

/** A registered model of Unity Catalog. */
export interface RegisteredModel {
  fullName: string;
  /** A user, a group or a service principal. */
  owner: string;
  comment: string;
  createdAt: number;
  createdBy: string;
  updatedAt: number;
  updatedBy: string;
  /** Who holds EXECUTE (and USE_CATALOG, USE_SCHEMA); the owner and metastore admins need no grant. */
  executors: string[];
  /** Who holds BROWSE: sees that it is there, and not what is in it. */
  browsers: string[];
  tags: Map<string, string>;
  aliases: Map<string, number>;
  versions: ModelVersion[];
  /** Numbers are not given out again after a version was deleted. */
  lastVersion: number;
}

/** A model without versions; whoever made it owns it unless told. */
export function newModel(
  fields: Pick<RegisteredModel, 'fullName' | 'createdBy' | 'createdAt'> &
    Partial<RegisteredModel>,
): RegisteredModel {
  return {
    owner: fields.createdBy,
    comment: '',
    updatedAt: fields.createdAt,
    updatedBy: fields.createdBy,
    executors: [],
    browsers: [],
    tags: new Map(),
    aliases: new Map(),
    versions: [],
    lastVersion: 0,
    ...fields,
  };
}

/** Adds the next version. */
export function addVersion(
  model: RegisteredModel,
  fields: Pick<ModelVersion, 'createdAt' | 'createdBy' | 'columns'> &
    Partial<ModelVersion>,
): ModelVersion {
  model.lastVersion += 1;
  const version: ModelVersion = {
    status: 'READY',
    comment: '',
    tags: new Map(),
    ...fields,
    version: model.lastVersion,
  };
  model.versions.push(version);
  touch(model, fields.createdBy, fields.createdAt);
  return version;
}

/** Notes a change. Which changes move `updated_at` at Databricks is not established; here all do. */
export function touch(model: RegisteredModel, by: string, at: number): void {
  model.updatedBy = by;
  model.updatedAt = at;
}

/** The models of the demo, still without versions. Owned by users, by a group and by a service principal. */
export function demoModels(): RegisteredModel[] {
  const createdAt = Date.UTC(2026, 4, 4, 10, 0);
  return [
    newModel({
      fullName: 'main.fraud.detector',
      createdBy: 'alan@acme.example',
      comment: 'Flags card payments that look fraudulent',
      executors: [
        'ada@acme.example',
        'grace@acme.example',
        'katherine@acme.example',
        READER,
        TRAINER,
        FRAUD_RUN_AS,
      ],
      createdAt,
      tags: new Map([
        ['team', 'fraud'],
        ['pii', 'none'],
      ]),
      aliases: new Map([['champion', 2]]),
    }),
    newModel({
      fullName: 'main.growth.uplift',
      createdBy: 'grace@acme.example',
      comment: 'Which offer makes a customer stay',
      executors: [READER],
      browsers: ['katherine@acme.example'],
      createdAt,
      tags: new Map([['team', 'growth']]),
    }),
    newModel({
      fullName: 'main.hr.attrition',
      createdBy: 'alan@acme.example',
      comment: 'For the people team only',
      createdAt,
    }),
    newModel({
      fullName: 'main.risk.chargeback',
      createdBy: 'ada@acme.example',
      owner: 'ml-engineers',
      comment: 'Payments that will be taken back',
      executors: [READER],
      createdAt,
    }),
    newModel({
      fullName: 'main.risk.velocity',
      createdBy: FRAUD_RUN_AS,
      comment: 'Too many payments in too little time',
      executors: [READER],
      createdAt,
      tags: new Map([['team', 'fraud']]),
    }),
  ];
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

const seed = (
  fullName: string,
  dataset: string,
  [epochs, learningRate, classWeight]: [string, string, string],
  made: Pick<SeedVersion, 'jobId' | 'ageDays' | 'createdBy'>,
): SeedVersion => ({
  fullName,
  dataset,
  parameters: {
    epochs,
    learning_rate: learningRate,
    class_weight: classWeight,
    modelops_run_id: '',
  },
  ...made,
});

const byFraudJob = (ageDays: number) => ({
  jobId: 8123n,
  ageDays,
  createdBy: FRAUD_RUN_AS,
});

/**
 * All older than 60 days, the time Databricks keeps a run: their job runs are gone, their MLflow runs are not. The four of
 * the fraud detector differ in what was set and in how good they are, so that comparing them says something.
 */
export const SEED_VERSIONS: SeedVersion[] = [
  seed('main.fraud.detector', 'fraud', ['2', '0.02', 'none'], byFraudJob(120)),
  seed(
    'main.fraud.detector',
    'fraud',
    ['4', '0.05', 'balanced'],
    byFraudJob(90),
  ),
  seed('main.fraud.detector', 'fraud', ['5', '0.1', 'none'], byFraudJob(75)),
  seed(
    'main.fraud.detector',
    'fraud',
    ['6', '0.1', 'balanced'],
    byFraudJob(62),
  ),
  seed('main.growth.uplift', 'growth', ['2', '0.05', 'none'], {
    jobId: 8124n,
    ageDays: 80,
    createdBy: 'grace@acme.example',
  }),
  seed('main.hr.attrition', 'attrition', ['2', '0.05', 'none'], {
    jobId: 9001n,
    ageDays: 70,
    createdBy: 'alan@acme.example',
  }),
  // The same training as the fraud detector's first, so it costs no time.
  seed('main.risk.velocity', 'fraud', ['2', '0.02', 'none'], byFraudJob(65)),
];
