import { ControlClient } from './ControlClient';
import type { FederationProvider, GoogleBehaviour, Grant } from './googleTypes';
import { GoogleTrainingHandle } from './GoogleTrainingHandle';

/** The running Google Cloud: identity, Vertex AI, logs and storage on one host. */
export class GoogleHandle extends GoogleTrainingHandle {
  constructor(readonly host: string) {
    super(new ControlClient(host));
  }

  async setBehaviour(change: Partial<GoogleBehaviour>): Promise<void> {
    await this.control.call('PATCH', '/behaviour', change);
  }

  /** Seconds Google's clock is ahead of the machine's. */
  async setClockOffset(seconds: number): Promise<void> {
    await this.setBehaviour({ clockOffsetSeconds: seconds });
  }

  /** Changes the provider of people (`workforce`) or of the portal (`workload`). */
  async setProvider(
    kind: 'workforce' | 'workload',
    change: Partial<Omit<FederationProvider, 'name'>>,
  ): Promise<void> {
    await this.control.call('PATCH', `/providers/${kind}`, change);
  }

  /** Which of the identity provider's people are let in, in the small part of CEL the simulator knows; '' for all. */
  async setAttributeCondition(condition: string): Promise<void> {
    await this.setProvider('workforce', { condition });
  }

  /** Who may do what. */
  async grants(): Promise<Grant[]> {
    return this.control.call('GET', '/grants');
  }

  /** Replaces all grants. */
  async setGrants(grants: Grant[]): Promise<void> {
    await this.control.call('PUT', '/grants', grants);
  }

  /** Gives a member a permission, on the whole project or on one resource. */
  async grant(
    permission: string,
    member: string,
    resource?: string,
  ): Promise<void> {
    await this.control.call('POST', '/grants', {
      permission,
      member,
      resource,
    });
  }

  /** Takes a permission from a member, wherever it was granted; an error if it was not. What its groups have, stays. */
  async revoke(permission: string, member: string): Promise<void> {
    await this.control.call('POST', '/grants/revoke', { permission, member });
  }

  /** Its tokens stop working at once, those it had of service accounts too; it may get new ones. By `principal://…` or e-mail of an account. */
  async endSessions(principal: string): Promise<void> {
    await this.changePrincipal(principal, 'end');
  }

  /** The same, and it gets no new ones. */
  async revokePrincipal(principal: string): Promise<void> {
    await this.changePrincipal(principal, 'revoke');
  }

  async restorePrincipal(principal: string): Promise<void> {
    await this.changePrincipal(principal, 'restore');
  }

  private async changePrincipal(
    principal: string,
    change: 'end' | 'revoke' | 'restore',
  ): Promise<void> {
    await this.control.call('POST', '/principals', { principal, change });
  }
}
