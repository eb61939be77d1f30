export type {
  AuditConfig,
  ConnectionConfig,
  ExchangeConfig,
  ModelopsConfig,
} from './ModelopsConfig';
export { readModelopsConfig } from './readModelopsConfig';
export { describeReadError } from './describeReadError';
export { ConfigurationFeed } from './ConfigurationFeed';
export {
  type ConfigurationChange,
  StartedConfiguration,
} from './StartedConfiguration';
export type { Modules } from './readConnections';
export { type ConfigProblem, InvalidConfigurationError } from './Problems';
