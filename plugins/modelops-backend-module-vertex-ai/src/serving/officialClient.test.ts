import { EndpointServiceClient } from '@google-cloud/aiplatform';
import { OAuth2Client } from 'google-auth-library';
import {
  CHURN,
  EndpointChanges,
  SHARED,
} from '../__testUtils__/EndpointChanges';
import { TestProject } from '../__testUtils__/TestProject';
import { MODEL } from '../__testUtils__/trainings';
import { deployedModelIdOf } from './changeId';

const LOCATION = 'projects/ml-demo/locations/europe-west4';
const NUMBERED = 'projects/123456789012/locations/europe-west4';
const ENDPOINT_NAME = `${LOCATION}/endpoints/shared-scores`;

describe('The official client beside the module', () => {
  let project: TestProject;
  let changes: EndpointChanges;
  let official: EndpointServiceClient;
  beforeAll(async () => {
    // Google's libraries load their fetch with import(), which jest has not; where there is a window they take its fetch.
    (globalThis as { window?: unknown }).window = { fetch: globalThis.fetch };
    project = await TestProject.start({ manualRuns: true });
    changes = new EndpointChanges(project);
    await project.google.endpoints(); // once its first models are trained
    official = await officialClient(project);
  }, 60_000);
  afterAll(async () => {
    delete (globalThis as { window?: unknown }).window;
    await project.close();
  });

  it('reads the endpoint as the module changed it', async () => {
    const job = await changes.make({
      operation: 'deploy',
      version: '2',
      resource: SHARED,
      parameters: {
        traffic: 10,
        machineType: 'n1-standard-8',
        acceleratorType: 'NVIDIA_TESLA_T4',
        acceleratorCount: 1,
        maxReplicaCount: 3,
      },
    });
    const id = deployedModelIdOf(job.runId);
    const [deployed] = await official.getEndpoint({ name: ENDPOINT_NAME });
    expect(deployed.trafficSplit).toEqual({
      '2000000001': 60,
      '2000000002': 30,
      [id]: 10,
    });
    expect(deployed.deployedModels).toContainEqual(
      expect.objectContaining({
        id,
        modelVersionId: '2',
        model: expect.stringContaining(`${NUMBERED}/models/demand-forecast`),
        dedicatedResources: expect.objectContaining({
          machineSpec: expect.objectContaining({
            machineType: 'n1-standard-8',
            acceleratorType: 'NVIDIA_TESLA_T4',
            acceleratorCount: 1,
          }),
          minReplicaCount: 1,
          maxReplicaCount: 3,
        }),
      }),
    );
    const promotion = await changes.start({
      operation: 'promote',
      version: '2',
      resource: SHARED,
    });
    const [promoted] = await official.getEndpoint({ name: ENDPOINT_NAME });
    expect(promoted.trafficSplit).toEqual({
      '2000000001': 60,
      '2000000002': 0,
      [id]: 40,
    });
    expect(promoted.labels).toEqual({
      team: 'growth',
      'modelops-run-id': promotion.runId,
    });
  });

  it('changes an endpoint that the module then shows', async () => {
    const [{ etag, deployedModels }] = await official.getEndpoint({
      name: ENDPOINT_NAME,
    });
    const before = await changes.form({
      operation: 'traffic',
      resource: SHARED,
      model: CHURN,
    });
    expect(before.serving?.revision).toBe(etag);
    const [first] = deployedModels!;
    await official.updateEndpoint({
      endpoint: {
        name: ENDPOINT_NAME,
        etag,
        trafficSplit: { [first.id!]: 100 },
      },
      updateMask: { paths: ['traffic_split'] },
    });
    const serving = await project
      .open()
      .serving!.readServing(await project.callAs('ada'), SHARED, MODEL);
    expect(serving.served.map(one => [one.ours, one.share])).toEqual([
      [false, 100],
      [true, 0],
      [true, 0],
    ]);
    expect(serving.revision).not.toBe(etag);
  });
});

async function officialClient(
  project: TestProject,
): Promise<EndpointServiceClient> {
  const { credential } = await project.callAs('ada');
  const authClient = new OAuth2Client({
    transporterOptions: { fetchImplementation: globalThis.fetch },
  });
  authClient.setCredentials({ access_token: credential.accessToken.reveal() });
  const { hostname, port } = new URL(project.google.host);
  return new EndpointServiceClient({
    apiEndpoint: hostname,
    port: Number(port),
    protocol: 'http',
    fallback: true,
    // The clients come with a google-auth-library of their own.
    authClient: authClient as never,
  });
}
