import type { GoogleCloud } from '../GoogleCloud';
import { changeForeign } from './foreignChange';

/** The endpoints of the demo: one of the supply team, one that two teams share, one of the fraud team. After the models that they serve. */
export function addDemoEndpoints(cloud: GoogleCloud): void {
  changeForeign(cloud, 'demand-forecast', {
    displayName: 'Demand forecast',
    labels: { team: 'supply' },
    serves: [
      { model: 'demand-forecast', version: '1', share: 100, id: '1000000001' },
    ],
  });
  changeForeign(cloud, 'shared-scores', {
    displayName: 'Shared scores',
    labels: { team: 'growth' },
    serves: [
      { model: 'churn-score', version: '1', share: 60, id: '2000000001' },
      { model: 'demand-forecast', version: '1', share: 40, id: '2000000002' },
    ],
  });
  changeForeign(cloud, 'fraud-detector-eu', {
    displayName: 'Fraud detector (EU)',
    labels: { team: 'fraud' },
    serves: [
      { model: 'fraud-detector-eu', version: '1', share: 90, id: '3000000001' },
      { model: 'fraud-detector-eu', version: '2', share: 10, id: '3000000002' },
    ],
  });
}
