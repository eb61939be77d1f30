import type { Freshness } from 'backstage-plugin-modelops-common';
import {
  type PlatformCall,
  PlatformError,
} from 'backstage-plugin-modelops-node';
import type { CredentialBroker } from '../credentials/CredentialBroker';
import type { IdentifiedCaller } from '../identity/Caller';
import type { ResolvedBinding } from '../models/bindings';
import { type AllowedDecision, principalOf } from '../models/ModelActions';
import { Recent } from '../Recent';
import { credentialFacts } from '../runs/runEntries';

/** How long an answer is good for the person who had it, in milliseconds. */
const FRESH_MS = 5_000;
/** Longest a platform may take for one answer, in milliseconds; metrics of a page of versions take several calls. */
const READ_DEADLINE_MS = 10_000;
/** Oldest answer that is shown while the platform cannot be asked, in milliseconds. */
const LAST_GOOD_MS = 60 * 60_000;
/** Most answers held, of each kind: fresh ones, and last good ones. The oldest goes first. */
const MAX_HELD = 500;

/** Failures of a platform, or of the way to it, that say nothing about the person. Anything else may be a refusal. */
const OUTAGES: ReadonlySet<string> = new Set([
  'platform-unreachable',
  'platform-throttled',
  'platform-failed',
  'exchange-unreachable',
]);

/** Who asks about which resource, after the gate has said yes. */
export interface ReadQuestion {
  caller: IdentifiedCaller;
  binding: ResolvedBinding;
  decision: AllowedDecision;
  /** What is asked about the resource: JSON, the same for the same question. */
  about: readonly unknown[];
  /** An answer held from before another `since` is asked for again; while that cannot be, it still is the last good one. */
  since?: string;
}

/** What a platform answered. */
export interface Reading<T> {
  value: T;
  readAs: 'person' | 'reader';
  freshness: Freshness;
  /** Of the credential it was read with, for entries. */
  facts: ReturnType<typeof credentialFacts>;
}

/** Asks a platform, with the credential and the deadline it is given. */
export type Ask<T> = (call: PlatformCall) => Promise<T>;

/** Refusals of the person on the whole connection, whatever was asked for. */
const OF_THE_PERSON =
  /^(exchange-|credential-|platform-identity-mismatch$|platform-refused-credential$)/;

/**
 * Reads platforms for people. An answer is held for the person who had it and for nobody else: for seconds, and for up to an
 * hour as the last good one, which is shown only while the platform cannot be asked. A refusal drops what is held.
 */
export class PlatformReader {
  private readonly recent: Recent<Reading<unknown>>;
  private readonly lastGood = new Map<string, Reading<unknown>>();
  private refusals = 0;

  constructor(
    private readonly options: {
      credentials: CredentialBroker;
      clock: () => Date;
    },
  ) {
    this.recent = new Recent({
      freshMs: FRESH_MS,
      most: MAX_HELD,
      clock: () => options.clock().getTime(),
    });
  }

  /** As the person, or as the portal's reader where the connection says `reads: reader`. Throws PlatformError. */
  async read<T>(question: ReadQuestion, ask: Ask<T>): Promise<Reading<T>> {
    const readAs = question.binding.open.config.reads;
    const { key } = this.placeOf(question, readAs);
    try {
      return await this.readFresh(question, readAs, ask);
    } catch (error) {
      if (!(error instanceof PlatformError) || !isOutage(error)) throw error;
      const last = this.lastGood.get(key);
      if (!last || this.ageOf(last) > LAST_GOOD_MS) throw error;
      const { code, message } = error;
      const freshness = { ...last.freshness, failure: { code, message } };
      return { ...(last as Reading<T>), freshness };
    }
  }

  /** Always as the person, and never an answer from before. Throws PlatformError. */
  readAsPerson<T>(question: ReadQuestion, ask: Ask<T>): Promise<Reading<T>> {
    return this.readFresh(question, 'person', ask);
  }

  private async readFresh<T>(
    question: ReadQuestion,
    readAs: Reading<T>['readAs'],
    ask: Ask<T>,
  ): Promise<Reading<T>> {
    const { person, resource, key } = this.placeOf(question, readAs);
    const { refusals } = this;
    try {
      const fresh = `${key} ${question.since ?? ''}`;
      return (await this.recent.get(fresh, async () => {
        const reading = await this.ask(question, readAs, ask);
        // What was on its way while somebody was refused something may be from before that.
        if (this.refusals === refusals) this.hold(key, reading);
        return reading;
      })) as Reading<T>;
    } catch (error) {
      if (error instanceof PlatformError && !isOutage(error))
        this.drop(OF_THE_PERSON.test(error.code) ? person : resource);
      throw error;
    }
  }

  private async ask<T>(
    { caller, binding, decision }: ReadQuestion,
    readAs: Reading<T>['readAs'],
    ask: Ask<T>,
  ): Promise<Reading<T>> {
    const { credentials, clock } = this.options;
    const { config } = binding.open;
    const read = async (
      credential: PlatformCall['credential'],
    ): Promise<Reading<T>> => {
      const signal = AbortSignal.timeout(READ_DEADLINE_MS);
      const value = await ask({ credential, signal });
      return {
        value,
        readAs,
        freshness: { readAt: clock().toISOString() },
        facts: credentialFacts(credential),
      };
    };
    return readAs === 'reader'
      ? credentials.withReaderCredential(config, read)
      : credentials.withCredential(caller, config, principalOf(decision), read);
  }

  private hold(key: string, reading: Reading<unknown>): void {
    this.lastGood.delete(key);
    if (this.lastGood.size >= MAX_HELD)
      this.lastGood.delete(this.lastGood.keys().next().value!);
    this.lastGood.set(key, reading);
  }

  /** Whoever was refused one answer is shown no other one either, of what the refusal is about. */
  private drop(scope: string): void {
    this.refusals += 1;
    for (const key of this.lastGood.keys())
      if (key.startsWith(scope)) this.lastGood.delete(key);
  }

  private ageOf(reading: Reading<unknown>): number {
    return (
      this.options.clock().getTime() - Date.parse(reading.freshness.readAt)
    );
  }

  /**
   * Where an answer is held: everything that decides what a person gets to see on a connection, then the resource, then the
   * question. Two callers never share one.
   */
  private placeOf(
    { caller, binding, decision, about }: ReadQuestion,
    readAs: Reading<unknown>['readAs'],
  ): { person: string; resource: string; key: string } {
    const principal = principalOf(decision);
    const person = JSON.stringify([
      caller.identity.issuer,
      caller.identity.subject,
      caller.userEntityRef,
      caller.agent ?? '',
      binding.connection,
      readAs,
      principal,
      this.options.credentials.principalName(
        caller,
        binding.open.config,
        principal,
      ) ?? '',
    ]);
    const resource = `${person} ${JSON.stringify(binding.resource)}`;
    return { person, resource, key: `${resource} ${JSON.stringify(about)}` };
  }
}

function isOutage(error: PlatformError): boolean {
  return OUTAGES.has(error.code);
}
