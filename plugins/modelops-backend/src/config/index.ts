export type {
  AuditConfig,
  ConnectionConfig,
  ExchangeConfig,
  ModelopsConfig,
} from './ModelopsConfig';
export { readModelopsConfig } from './readModelopsConfig';
