import type { ModelopsApi } from 'backstage-plugin-modelops-common';

/** A `ModelopsApi` that answers what a test tells it to, and fails loudly at anything else. */
export type FakeModelopsApi = {
  [Name in keyof ModelopsApi]: jest.MockedFunction<ModelopsApi[Name]>;
};

const METHODS: Array<keyof ModelopsApi> = [
  'listModels',
  'getModel',
  'getForm',
  'listVersions',
  'getVersion',
  'getServing',
  'getPredictionForm',
  'predict',
  'startRun',
  'listRuns',
  'getRun',
  'getRunLogs',
  'getRunResult',
  'cancelRun',
  'listAudit',
  'exportAudit',
  'verifyAudit',
  'getAccess',
];

export function fakeModelopsApi(): FakeModelopsApi {
  const methods = METHODS.map(name => [
    name,
    jest.fn(async () => {
      throw new Error(`The test did not expect ${name}`);
    }),
  ]);
  return Object.fromEntries(methods);
}

/** A promise that the test settles when it wants to. */
export function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((ok, no) => {
    resolve = ok;
    reject = no;
  });
  return { promise, resolve, reject };
}
