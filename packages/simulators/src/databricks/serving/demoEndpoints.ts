import { READER, TRAINER } from '../principals';
import type { Workspace } from '../Workspace';
import {
  newEndpoint,
  type EndpointLevel,
  type ServingEndpoint,
} from './endpoints';

const CREATED_AT = Date.UTC(2026, 8, 1, 8, 0);

/** The endpoints of the demo: one of the fraud team, one that two teams share. After the versions that they serve. */
export function addDemoEndpoints(workspace: Workspace): void {
  const fraud = endpointServing(workspace, {
    name: 'fraud-detector',
    creator: 'alan@acme.example',
    tags: { team: 'fraud' },
    serves: [{ model: 'main.fraud.detector', version: '2', share: 100 }],
  });
  fraud.acl.push(
    { userName: 'alan@acme.example', level: 'CAN_MANAGE' },
    { userName: 'ada@acme.example', level: 'CAN_MANAGE' },
    { servicePrincipalName: TRAINER, level: 'CAN_MANAGE' },
    ...readers(),
  );
  const shared = endpointServing(workspace, {
    name: 'payments-shared',
    creator: 'grace@acme.example',
    tags: { team: 'growth' },
    serves: [
      { model: 'main.growth.uplift', version: '1', share: 80 },
      { model: 'main.fraud.detector', version: '1', share: 20 },
    ],
  });
  shared.acl.push(
    { userName: 'grace@acme.example', level: 'CAN_MANAGE' },
    { userName: 'ada@acme.example', level: 'CAN_MANAGE' },
    ...readers(),
  );
}

function readers() {
  const level: EndpointLevel = 'CAN_VIEW';
  return [
    { servicePrincipalName: READER, level },
    { userName: 'katherine@acme.example', level },
  ];
}

/** An endpoint that serves already, whatever anybody may do. */
function endpointServing(
  workspace: Workspace,
  plan: {
    name: string;
    creator: string;
    tags: Record<string, string>;
    serves: Array<{ model: string; version: string; share: number }>;
  },
): ServingEndpoint {
  const { name, creator } = plan;
  const entities = plan.serves.map(({ model, version }) => ({
    name: `${model.split('.').at(-1)}-${version}`,
    entityName: model,
    entityVersion: version,
    workloadSize: 'Small',
    workloadType: 'CPU',
    scaleToZero: true,
    further: {},
    creator,
    createdAt: CREATED_AT,
    deployment: 'DEPLOYMENT_READY' as const,
    deploymentMessage: '',
    serves: workspace
      .findModel(model)!
      .versions.find(one => String(one.version) === version)!,
  }));
  const endpoint = newEndpoint({
    name,
    creator,
    createdAt: CREATED_AT,
    tags: new Map(Object.entries(plan.tags)),
    config: {
      version: 1,
      entities,
      routes: entities.map((entity, index) => ({
        servedName: entity.name,
        percentage: plan.serves[index].share,
      })),
      startedAt: CREATED_AT,
    },
    buildLogs: new Map(
      entities.map(entity => [entity.name, ['Container image built']]),
    ),
  });
  workspace.endpoints.set(name, endpoint);
  return endpoint;
}
