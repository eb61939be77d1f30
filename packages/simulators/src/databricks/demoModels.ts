import { newModel, type RegisteredModel } from './models';
import { FRAUD_RUN_AS, READER, TRAINER } from './principals';

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
