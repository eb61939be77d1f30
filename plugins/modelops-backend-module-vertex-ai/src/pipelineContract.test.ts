import { describePlatformContract } from 'backstage-plugin-modelops-node/testUtils';
import { VertexUnderTest } from './__testUtils__/VertexUnderTest';

describePlatformContract('Vertex AI, pipelines', () =>
  VertexUnderTest.start('forecast-pipeline'),
);
