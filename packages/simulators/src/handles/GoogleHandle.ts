import { ControlClient } from './ControlClient';
import type { GoogleBehaviour } from './googleTypes';
import { SimulatorHandle } from './SimulatorHandle';

/** The running Google Cloud: identity, Vertex AI, logs and storage on one host. */
export class GoogleHandle extends SimulatorHandle {
  constructor(readonly host: string) {
    super(new ControlClient(host));
  }

  async setBehaviour(change: Partial<GoogleBehaviour>): Promise<void> {
    await this.control.call('PATCH', '/behaviour', change);
  }
}
