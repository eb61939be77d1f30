export type {
  ConnectionConfig,
  ExchangeConfig,
  ModelopsConfig,
} from './ModelopsConfig';
export { readModelopsConfig } from './readModelopsConfig';
