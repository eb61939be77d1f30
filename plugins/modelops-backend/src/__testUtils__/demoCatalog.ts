import type { Entity } from '@backstage/catalog-model';
import { people } from 'modelops-simulators';

const TRUSTED_ORIGIN = 'url:https://git.acme.example/ml/catalog-info.yaml';

/** Teams of each person of the demo. */
const TEAMS: Readonly<Record<string, readonly string[]>> = {
  ada: ['fraud-ml', 'forecasting'],
  grace: ['growth'],
  alan: ['platform'],
  katherine: ['security'],
};

/** Groups a user of the demo is in. */
export function groupsOf(userEntityRef: string): string[] {
  const teams = TEAMS[userEntityRef.split('/')[1]] ?? [];
  return teams.map(team => `group:default/${team}`);
}

/** A model as the catalog gives it, origin and owner included. */
export function modelEntity(
  name: string,
  options: {
    annotations?: Record<string, string>;
    owner?: string;
    origin?: string;
  } = {},
): Entity {
  const owner = options.owner ?? 'group:default/fraud-ml';
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      namespace: 'default',
      name,
      annotations: {
        'backstage.io/managed-by-location': options.origin ?? TRUSTED_ORIGIN,
        'backstage.io/managed-by-origin-location':
          options.origin ?? TRUSTED_ORIGIN,
        ...options.annotations,
      },
    },
    spec: { type: 'ai-model', owner },
    relations: [{ type: 'ownedBy', targetRef: owner }],
  };
}

/** Users, groups and models of the demo. */
export function demoEntities(): Entity[] {
  const users = Object.keys(people).map(
    (name): Entity => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'User',
      metadata: { namespace: 'default', name },
      spec: {
        profile: { email: `${name}@acme.example` },
        memberOf: [...TEAMS[name]],
      },
    }),
  );
  return [
    ...users,
    modelEntity('fraud-detector', {
      annotations: {
        'modelops/model': 'databricks-demo:model/main.fraud.detector',
        'modelops/train': 'databricks-demo:job/8123',
        'modelops/deploy':
          'databricks-demo:endpoint/fraud-detector, databricks-demo:endpoint/payments-shared',
      },
    }),
    modelEntity('growth-uplift', {
      owner: 'group:default/growth',
      annotations: {
        'modelops/model': 'databricks-demo:model/main.growth.uplift',
        'modelops/train': 'databricks-demo:job/8124',
        'modelops/deploy': 'databricks-demo:endpoint/payments-shared',
      },
    }),
    modelEntity('staff-attrition', {
      owner: 'group:default/platform',
      annotations: {
        'modelops/model': 'databricks-demo:model/main.hr.attrition',
      },
    }),
    modelEntity('plain'),
  ];
}
