import type { Fault } from '../server/fault';
import type { LoggedRequest } from '../server/requestLog';
import type { ControlClient } from './ControlClient';

/** Which logged requests are wanted; every given field has to fit. */
export interface RequestFilter {
  method?: string;
  /** Path, exact. */
  path?: string;
  principal?: string;
}

/** What every simulator can be told and asked. */
export class SimulatorHandle {
  constructor(protected readonly control: ControlClient) {}

  /** The requests so far, in order of arrival, with tokens as sent; control calls are not among them. */
  async requests(filter: RequestFilter = {}): Promise<LoggedRequest[]> {
    const all = await this.control.call<LoggedRequest[]>('GET', '/requests');
    return all.filter(
      entry =>
        (filter.method === undefined || entry.method === filter.method) &&
        (filter.path === undefined || entry.path === filter.path) &&
        (filter.principal === undefined ||
          entry.principal === filter.principal),
    );
  }

  /** How many requests arrived at each path; unlike `requests`, of all since the start or the last `reset`. */
  async requestCounts(): Promise<Record<string, number>> {
    return this.control.call('GET', '/request-counts');
  }

  /** Injects a fault. */
  async fault(fault: Fault): Promise<void> {
    await this.control.call('POST', '/faults', fault);
  }

  /** Takes all faults out. */
  async clearFaults(): Promise<void> {
    await this.control.call('DELETE', '/faults');
  }

  /** Back to the state after start: no faults, an empty log, the demo's data. */
  async reset(): Promise<void> {
    await this.control.call('POST', '/reset');
  }
}
