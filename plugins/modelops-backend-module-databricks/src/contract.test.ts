import { describePlatformContract } from 'backstage-plugin-modelops-node/testUtils';
import { DatabricksUnderTest } from './__testUtils__/DatabricksUnderTest';

describePlatformContract('Databricks', () => DatabricksUnderTest.start());
