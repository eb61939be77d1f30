import { mockCredentials } from '@backstage/backend-test-utils';
import type { JsonObject } from '@backstage/types';
import {
  IDEMPOTENCY_KEY_HEADER,
  IDENTITY_TOKEN_HEADER,
} from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import type { Bundle } from '../bundle';
import { ChildProcess } from '../ChildProcess';
import type { ReplicaCalls } from './child';

/** A request to start a training, as a browser sends it. */
export interface TrainRequest {
  person: string;
  idToken: string;
  idempotencyKey: string;
  traceId: string;
  entityRef: string;
}

/** A backend in a process of its own, beside others on the same database. */
export class Replica {
  private child!: ChildProcess<ReplicaCalls>;
  private url?: string;
  /** Requests sent to it since it was started. */
  asked = 0;

  constructor(
    private readonly bundle: Bundle,
    private readonly options: { knex: Knex.Config; config: JsonObject },
  ) {}

  /** Whether it can be asked. */
  get isUp(): boolean {
    return this.url !== undefined;
  }

  async start(shiftMs = 0): Promise<void> {
    this.child = ChildProcess.start<ReplicaCalls>(this.bundle);
    await this.child.call('shiftDate', shiftMs);
    const port = await this.child.call('open', this.options);
    this.asked = 0;
    this.url = `http://127.0.0.1:${port}`;
  }

  get process(): ChildProcess<ReplicaCalls> {
    return this.child;
  }

  /** Rejects if the connection breaks, or cannot be made. */
  async train(request: TrainRequest): Promise<{ status: number; body: any }> {
    this.asked += 1;
    const response = await fetch(`${this.url}/api/modelops/v1/runs`, {
      method: 'POST',
      headers: {
        authorization: mockCredentials.user.header(
          `user:default/${request.person}`,
        ),
        'content-type': 'application/json',
        traceparent: `00-${request.traceId}-${'1'.repeat(16)}-01`,
        [IDENTITY_TOKEN_HEADER]: request.idToken,
        [IDEMPOTENCY_KEY_HEADER]: request.idempotencyKey,
      },
      body: JSON.stringify({
        entityRef: request.entityRef,
        action: 'train',
        operation: 'start',
        parameters: {},
      }),
    });
    return { status: response.status, body: await response.json() };
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    this.url = undefined;
    await this.child.kill();
  }
}
