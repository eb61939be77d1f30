import type { AclEntryOf } from './acl';
import { FRAUD_RUN_AS, READER, TRAINER } from './principals';

/** Job permission levels, weakest first. Source: reference, databricks section 7.1. */
export const JOB_LEVELS = [
  'CAN_VIEW',
  'CAN_MANAGE_RUN',
  'CAN_MANAGE',
  'IS_OWNER',
] as const;
export type JobLevel = (typeof JOB_LEVELS)[number];

/** One direct entry of a job's access control list. */
export type AclEntry = AclEntryOf<JobLevel>;

/** A job as the workspace keeps it. */
export interface Job {
  jobId: bigint;
  name: string;
  description?: string;
  creator: string;
  /** User name or application id whose rights the code uses, whoever presses the button. */
  runAs: string;
  parameters: Array<{ name: string; default: string }>;
  acl: AclEntry[];
  maxConcurrentRuns: number;
  queue: boolean;
  createdAt: number;
  /** Absent for jobs that train nothing. */
  training?: { dataset: string; registersModel?: string };
}

export const FRAUD_JOB = 8123n;
export const GROWTH_JOB = 8124n;
/** Above 2^53: a client that reads ids as JavaScript numbers asks for another job. */
export const BIG_ID_JOB = 708062954842468123n;

const CREATED_AT = Date.UTC(2026, 4, 4, 9, 30);
const OTHER_JOBS = 30;

const trainingParameters = (epochs: string, learningRate: string) => [
  { name: 'epochs', default: epochs },
  { name: 'learning_rate', default: learningRate },
  { name: 'class_weight', default: 'balanced' },
  { name: 'modelops_run_id', default: '' },
];

/** The jobs of the demo: three that matter, and enough others that lists have pages. */
export function demoJobs(): Job[] {
  return [
    {
      jobId: FRAUD_JOB,
      name: 'fraud-detector-training',
      description:
        'Trains the fraud detector and registers the result as main.fraud.detector',
      creator: 'alan@acme.example',
      runAs: FRAUD_RUN_AS,
      parameters: trainingParameters('5', '0.05'),
      acl: [
        { servicePrincipalName: FRAUD_RUN_AS, level: 'IS_OWNER' },
        { userName: 'alan@acme.example', level: 'CAN_MANAGE' },
        { userName: 'ada@acme.example', level: 'CAN_MANAGE_RUN' },
        { servicePrincipalName: TRAINER, level: 'CAN_MANAGE_RUN' },
        { userName: 'katherine@acme.example', level: 'CAN_VIEW' },
        { servicePrincipalName: READER, level: 'CAN_VIEW' },
      ],
      maxConcurrentRuns: 4,
      queue: true,
      createdAt: CREATED_AT,
      training: { dataset: 'fraud', registersModel: 'main.fraud.detector' },
    },
    {
      jobId: GROWTH_JOB,
      name: 'growth-uplift-training',
      creator: 'grace@acme.example',
      runAs: 'grace@acme.example',
      parameters: trainingParameters('5', '0.05'),
      acl: [
        { userName: 'grace@acme.example', level: 'IS_OWNER' },
        { servicePrincipalName: READER, level: 'CAN_VIEW' },
      ],
      maxConcurrentRuns: 1,
      queue: true,
      createdAt: CREATED_AT + 1000,
      training: { dataset: 'growth', registersModel: 'main.growth.uplift' },
    },
    {
      jobId: BIG_ID_JOB,
      name: 'fraud-experiments',
      creator: 'ada@acme.example',
      runAs: 'ada@acme.example',
      parameters: trainingParameters('3', '0.05'),
      acl: [
        { userName: 'ada@acme.example', level: 'IS_OWNER' },
        { servicePrincipalName: READER, level: 'CAN_VIEW' },
      ],
      maxConcurrentRuns: 1,
      queue: false,
      createdAt: CREATED_AT + 2000,
      training: { dataset: 'fraud' },
    },
    ...Array.from({ length: OTHER_JOBS }, (_, index) => otherJob(index + 1)),
  ];
}

/** A job of no interest; grace sees every third, the machine learning engineers all. */
function otherJob(number: number): Job {
  return {
    jobId: 9000n + BigInt(number),
    name: `nightly-load-${String(number).padStart(2, '0')}`,
    creator: 'alan@acme.example',
    runAs: 'alan@acme.example',
    parameters: [],
    acl: [
      { userName: 'alan@acme.example', level: 'IS_OWNER' },
      { groupName: 'ml-engineers', level: 'CAN_VIEW' },
      { servicePrincipalName: READER, level: 'CAN_VIEW' },
      ...(number % 3 === 0
        ? [{ groupName: 'data-scientists', level: 'CAN_VIEW' as const }]
        : []),
    ],
    maxConcurrentRuns: 1,
    queue: false,
    createdAt: CREATED_AT + 10_000 * number,
  };
}
