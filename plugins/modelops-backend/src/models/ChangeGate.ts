import type { Entity } from '@backstage/catalog-model';
import type { Operation } from 'backstage-plugin-modelops-common';
import {
  PlatformError,
  type PlatformForm,
  type PlatformVersion,
} from 'backstage-plugin-modelops-node';
import type { CredentialBroker } from '../credentials/CredentialBroker';
import {
  InvalidRequestError,
  RefusedError,
  StateConflictError,
} from '../errors';
import type { IdentifiedCaller } from '../identity/Caller';
import type { RunStore } from '../runs/RunStore';
import type { ResolvedBinding } from './bindings';
import type { FormReader } from './FormReader';
import {
  type AllowedDecision,
  type DecidedAction,
  modelAt,
  type ModelActions,
  principalOf,
} from './ModelActions';
import { rollbackForm } from './rollbackForm';

/** After this long a change that is still open keeps nobody from the next one, in milliseconds. */
const LONGEST_CHANGE_MS = 60 * 60_000;
/** Longest a registry may take to describe a version, in milliseconds. */
const VERSION_DEADLINE_MS = 10_000;

/** An operation that the caller may do on what `binding` names. */
export type AllowedAction = Pick<DecidedAction, 'binding' | 'model'> & {
  decision: AllowedDecision;
};

/** What a change of what is served needs beside what every run needs: see ADR 4. */
export class ChangeGate {
  constructor(
    private readonly options: {
      actions: ModelActions;
      credentials: CredentialBroker;
      forms: FormReader;
      runs: RunStore;
      clock: () => Date;
    },
  ) {}

  /** The form of any operation; that of a rollback knows what there is to take back. */
  async readForm(
    caller: IdentifiedCaller,
    { binding, decision, model }: AllowedAction,
    operation: Operation,
  ): Promise<PlatformForm> {
    const form = await this.options.forms.read(
      caller,
      binding,
      principalOf(decision),
      operation,
      model,
    );
    if (form.serving?.state === 'absent' && operation === 'deploy')
      requireMayCreate(decision, form);
    if (operation !== 'rollback' || !model) return form;
    const changes = await this.options.runs.newestChanges(
      binding.connection,
      binding.resource,
      model.resource,
    );
    return rollbackForm(form, changes);
  }

  /**
   * One change of a resource after the other: the end of the first could not be told any more once the next has begun. A change
   * that is not over after an hour keeps nobody: whoever decides then sees what is served.
   */
  async requireQuiet({ connection, resource }: ResolvedBinding): Promise<void> {
    const { runs, clock } = this.options;
    const open = await runs.findOpenChange(
      connection,
      resource,
      new Date(clock().getTime() - LONGEST_CHANGE_MS),
    );
    if (!open) return;
    throw new StateConflictError(
      'serving-changed',
      `${resource} is being changed by ${open.startedBy} (run ${open.id}). Wait until that is done. Nothing was changed.`,
    );
  }

  /**
   * Whoever puts a version somewhere, or names it, has to be allowed to read it, here and on its platform; and a version of
   * another environment needs a rule that says so.
   */
  async requireVersion(
    caller: IdentifiedCaller,
    { entity, binding, decision, model }: DecidedAction & AllowedAction,
    operation: Operation,
    version: string,
  ): Promise<void> {
    if (!model) return;
    if (operation === 'deploy' && model.environment !== binding.environment)
      requireMayPromote(decision, model.environment, binding.environment);
    const found = await Promise.all(
      modelAt(binding, model).map(one =>
        this.readVersion(caller, entity, one, version),
      ),
    );
    const notReady = found.find(({ state }) => state !== 'ready');
    if (notReady) {
      throw new StateConflictError(
        'version-not-ready',
        `Version ${version} of ${model.resource} is ${notReady.state}. Only a ready version can be used.`,
      );
    }
    if (found.every(one => isSame(one, found[0]))) return;
    throw new StateConflictError(
      'operation-unsupported',
      `Version ${version} of ${model.resource} on ${model.connection} is another one than that on ${binding.connection}, which would be deployed. Bind modelops/model to ${binding.connection}.`,
    );
  }

  /** Reads a version as whoever the caller may read it as. */
  private async readVersion(
    caller: IdentifiedCaller,
    entity: Entity,
    model: ResolvedBinding,
    version: string,
  ): Promise<PlatformVersion> {
    const { actions, credentials } = this.options;
    const read = await actions.decide(entity, model, 'read', caller);
    if (!read.allowed) throw new RefusedError(read.code, read.message);
    const { registry } = model.open.client;
    if (!registry) {
      throw new StateConflictError(
        'operation-unsupported',
        `${model.platformTitle} has no registry of versions.`,
      );
    }
    return credentials
      .withCredential(
        caller,
        model.open.config,
        principalOf(read),
        credential =>
          registry.readVersion(
            { credential, signal: AbortSignal.timeout(VERSION_DEADLINE_MS) },
            model.parsed,
            version,
          ),
      )
      .catch(error => {
        if (
          error instanceof PlatformError &&
          error.code === 'platform-not-found'
        ) {
          throw new InvalidRequestError(
            'version-unknown',
            `${model.resource} on ${model.connection} has no version ${version}. Choose one that the registry has.`,
          );
        }
        throw error;
      });
  }
}

/** Whether two registries tell of one version: it was made once, by one run. */
function isSame(one: PlatformVersion, other: PlatformVersion): boolean {
  return (
    one.createdAt === other.createdAt &&
    one.sourceRun?.id === other.sourceRun?.id
  );
}

function requireMayCreate(decision: AllowedDecision, form: PlatformForm): void {
  if (decision.createEndpoints) return;
  throw new RefusedError(
    'create-not-allowed',
    `${form.title} does not exist, and your role ${decision.role} does not allow to create it. Ask for a rule with createEndpoints: true, or have it created.`,
  );
}

function requireMayPromote(
  decision: AllowedDecision,
  from: string | undefined,
  to: string | undefined,
): void {
  if (from !== undefined && decision.fromEnvironments.includes(from)) return;
  throw new RefusedError(
    'promotion-not-allowed',
    `The version is from ${
      from ?? 'a connection without an environment'
    }, and the endpoint is in ${
      to ?? 'one without an environment'
    }. Your role ${
      decision.role
    } does not allow that. Ask for a rule with fromEnvironments.`,
  );
}
