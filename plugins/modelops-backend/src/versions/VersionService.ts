import type {
  ModelVersion,
  ModelVersionDetail,
  ModelVersions,
} from 'backstage-plugin-modelops-common';
import {
  PlatformError,
  type PlatformVersion,
  type VersionRegistry,
} from 'backstage-plugin-modelops-node';
import type { AuditLedger } from '../audit/AuditLedger';
import type { RequestFacts, RequestJournal } from '../audit/RequestJournal';
import {
  InvalidRequestError,
  MissingError,
  RefusedError,
  StateConflictError,
} from '../errors';
import { callerFacts, type IdentifiedCaller } from '../identity/Caller';
import type { ResolvedBinding } from '../models/bindings';
import {
  aboutDecision,
  type AllowedDecision,
  type DecidedAction,
  type ModelActions,
} from '../models/ModelActions';
import { aboutReading } from '../reading/aboutReading';
import type { PlatformReader, Reading } from '../reading/PlatformReader';
import { maskParameters } from '../runs/maskParameters';
import type { RunStore } from '../runs/RunStore';
import type { ServingService } from '../serving/ServingService';

const VERSION_CODES = {
  refused: 'versions.refused',
  failed: 'versions.failed',
} as const;

/** A model whose versions the caller may read. */
interface Readable extends DecidedAction {
  decision: AllowedDecision;
  registry: VersionRegistry;
  /** What is held from before an alias was moved here is old, however fresh. */
  since: string;
}

/** Versions of models, as people may see them. */
export class VersionService {
  constructor(
    private readonly options: {
      actions: ModelActions;
      reader: PlatformReader;
      serving: ServingService;
      runs: Pick<RunStore, 'changeMark' | 'findIdsByJobs'>;
      ledger: AuditLedger;
      journal: RequestJournal;
    },
  ) {}

  /** A page of versions, newest first. */
  list(
    entityRef: string,
    page: { cursor?: string; limit: number },
    caller: IdentifiedCaller,
  ): Promise<ModelVersions> {
    return this.close(entityRef, undefined, caller, async readable => {
      const { binding, registry } = readable;
      const about = ['versions', page.cursor, page.limit];
      const [reading, shares] = await Promise.all([
        this.options.reader
          .read({ ...readable, caller, about }, call =>
            registry.listVersions(call, binding.parsed, page),
          )
          .catch(error => {
            throw toInvalid(error, page.cursor);
          }),
        this.findShares(readable, caller),
      ]);
      const { items, nextCursor } = reading.value;
      return {
        reading,
        answer: {
          items: await this.complete(binding, items, shares),
          nextCursor,
          readAs: reading.readAs,
          freshness: reading.freshness,
        },
      };
    });
  }

  /** One version, with what it was trained with. Throws `version-unknown`. */
  get(
    entityRef: string,
    version: string,
    caller: IdentifiedCaller,
  ): Promise<ModelVersionDetail> {
    return this.close(entityRef, version, caller, async readable => {
      const { binding, registry } = readable;
      const [reading, shares] = await Promise.all([
        this.options.reader
          .read({ ...readable, caller, about: ['version', version] }, call =>
            registry.readVersion(call, binding.parsed, version),
          )
          .catch(error => {
            throw toMissing(error, binding, version);
          }),
        this.findShares(readable, caller),
      ]);
      const { parameters, ...found } = reading.value;
      const [complete] = await this.complete(binding, [found], shares);
      return {
        reading,
        answer: {
          ...complete,
          parameters: withoutSecrets(parameters),
          freshness: reading.freshness,
        },
      };
    });
  }

  /** The gate before a reading, and the one entry that closes the request. */
  private async close<T>(
    entityRef: string,
    version: string | undefined,
    caller: IdentifiedCaller,
    read: (
      readable: Readable,
    ) => Promise<{ answer: T; reading: Reading<unknown> }>,
  ): Promise<T> {
    const { actions, ledger, journal } = this.options;
    const facts: RequestFacts = {
      ...callerFacts(caller),
      action: 'read',
      entityRef,
      version,
    };
    try {
      const decided = await actions.decideOn(
        entityRef,
        'model',
        'read',
        caller,
      );
      const { binding, decision } = decided;
      Object.assign(facts, aboutDecision(binding, decision));
      if (!decision.allowed)
        throw new RefusedError(decision.code, decision.message);
      const { registry } = binding.open.client;
      if (!registry) {
        throw new StateConflictError(
          'operation-unsupported',
          `${binding.platformTitle} keeps no versions of models.`,
        );
      }
      const since = await this.options.runs.changeMark(
        binding.connection,
        binding.resource,
      );
      const { answer, reading } = await read({
        ...decided,
        decision,
        registry,
        since,
      });
      await ledger.record(
        {
          ...facts,
          ...aboutReading(reading),
          code: 'versions.read',
          outcome: 'accepted',
        },
        'apart',
      );
      return answer;
    } catch (error) {
      throw await journal.close(error, VERSION_CODES, facts);
    }
  }

  private findShares({ entity, binding }: Readable, caller: IdentifiedCaller) {
    return this.options.serving.sharesByVersion(entity, binding, caller);
  }

  /** Adds what this portal knows: where a version is served, and which run of ours made it. */
  private async complete(
    { connection }: ResolvedBinding,
    versions: readonly PlatformVersion[],
    shares: ReadonlyMap<string, ModelVersion['servedBy']>,
  ): Promise<ModelVersion[]> {
    const jobs = versions.flatMap(({ sourceJob }) =>
      sourceJob ? [sourceJob.platformRunId] : [],
    );
    const ids = await this.options.runs.findIdsByJobs(connection, jobs);
    return versions.map(({ sourceJob, ...version }) => ({
      ...version,
      ...(sourceJob && {
        sourceJob: { ...sourceJob, runId: ids.get(sourceJob.platformRunId) },
      }),
      servedBy: shares.get(version.version) ?? [],
    }));
  }
}

/** What sounds like a secret is masked here as it is in runs, whoever trained the version. */
function withoutSecrets(
  parameters: ModelVersionDetail['parameters'],
): ModelVersionDetail['parameters'] {
  const masked = maskParameters(parameters, {
    fields: new Set(),
    values: [],
    byName: true,
  });
  return Object.fromEntries(
    Object.entries(masked).map(([name, value]) => [name, String(value)]),
  );
}

/** A cursor that the module does not know is the request's fault, not the platform's. */
function toInvalid(error: unknown, cursor: string | undefined): unknown {
  return cursor !== undefined &&
    error instanceof PlatformError &&
    error.code === 'platform-rejected-request'
    ? new InvalidRequestError('request-invalid', `cursor: ${error.message}`)
    : error;
}

/** A registry that answers for the model, and has no such version or none for this person. */
function toMissing(
  error: unknown,
  { platformTitle, resource }: ResolvedBinding,
  version: string,
): unknown {
  return error instanceof PlatformError && error.code === 'platform-not-found'
    ? new MissingError(
        'version-unknown',
        `${platformTitle} has no version ${version} of ${resource} that you may see.`,
      )
    : error;
}
