import { expect } from '@playwright/test';
import type { Portal } from './portal';
import { finishRollout, servedAt } from './serving';
import { moveTraining } from './training';

/**
 * A platform on which a model goes from its training to production and back. The pages are the same on each; a stage says
 * how they are told apart, and how its simulator is moved on.
 */
export interface Stage {
  platform: string;
  entityRef: string;
  page: string;
  /** Title of the entity. */
  title: string;
  endpoint: string;
  /** Version that has all of the traffic at first. */
  first: string;
  /** A metric of its versions. */
  metric: string;
  /** A column of what the model is asked, and a value for it. */
  column: { name: string; value: string };
  /** Whether one version of several can be asked. */
  answersByVersion: boolean;
  /** Ends the training that goes on, and gives the version it made. */
  endTraining(portal: Portal): Promise<string>;
  /** Ends the deployment that goes on. */
  endDeployment(portal: Portal): Promise<void>;
  /** Ends a move of traffic, where it is not done at once. */
  endMove(portal: Portal): Promise<void>;
  /** What the endpoint answers with now, `2: 90`. */
  served(portal: Portal): Promise<string[]>;
}

export const DATABRICKS: Stage = {
  platform: 'Databricks',
  entityRef: 'resource:default/fraud-detector',
  page: '/catalog/default/resource/fraud-detector',
  title: 'Fraud detector',
  endpoint: 'fraud-detector',
  first: '2',
  metric: 'accuracy',
  column: { name: 'amount', value: '3.5' },
  answersByVersion: true,
  async endTraining(portal) {
    await moveTraining(portal, 'TERMINATED');
    const runs = await portal.simulators.databricks.runs();
    return String(runs.at(-1)!.modelVersion);
  },
  endDeployment: portal => finishRollout(portal, 'fraud-detector'),
  endMove: portal => finishRollout(portal, 'fraud-detector'),
  served: portal => servedAt(portal, 'fraud-detector'),
};

export const VERTEX_AI: Stage = {
  platform: 'Vertex AI',
  entityRef: 'resource:default/demand-forecast',
  page: '/catalog/default/resource/demand-forecast',
  title: 'Demand forecast',
  endpoint: 'demand-forecast',
  first: '1',
  metric: 'auRoc',
  column: { name: 'price', value: '1.5' },
  answersByVersion: false,
  async endTraining({ simulators: { google } }) {
    const newest = (await google.jobs()).at(-1)!;
    await google.advanceJob(newest.name, { to: 'SUCCEEDED' });
    const models = await google.models();
    const model = models.find(({ id }) => id === 'demand-forecast')!;
    return model.versions.at(-1)!.version;
  },
  async endDeployment({ simulators: { google } }) {
    await expect
      .poll(async () => (await google.endpoint('demand-forecast'))?.running)
      .not.toEqual([]);
    await google.finishOperation('demand-forecast');
  },
  // Vertex AI moves traffic before it answers.
  endMove: async () => {},
  async served({ simulators: { google } }) {
    const endpoint = await google.endpoint('demand-forecast');
    return (endpoint?.deployed ?? []).map(
      ({ version, share }) => `${version}: ${share}`,
    );
  },
};
