import {
  MAX_PREDICTION_ANSWER,
  type Prediction,
  type PredictionForm,
  type PredictRequest,
} from 'backstage-plugin-modelops-common';
import {
  type PlatformAnswer,
  PlatformError,
  type Secret,
} from 'backstage-plugin-modelops-node';
import { scopeOf } from '../access/ruleScope';
import type { AuditLedger } from '../audit/AuditLedger';
import { keyedHash } from '../audit/auditEntry';
import type { RequestFacts, RequestJournal } from '../audit/RequestJournal';
import type { CredentialBroker } from '../credentials/CredentialBroker';
import {
  InvalidRequestError,
  PredictionsLimitError,
  RefusedError,
  StateConflictError,
} from '../errors';
import { callerFacts, type IdentifiedCaller } from '../identity/Caller';
import { type ResolvedBinding, targetOf } from '../models/bindings';
import {
  aboutDecision,
  type AllowedDecision,
  type ModelActions,
  principalOf,
} from '../models/ModelActions';
import { hasOverflow, isNestedDeeper, MAX_NESTING } from '../reading/nesting';
import { aboutReading } from '../reading/aboutReading';
import type { PlatformReader } from '../reading/PlatformReader';
import { credentialFacts } from '../runs/runEntries';
import { countCall } from './PredictionCalls';
import { modelFor, servingOf } from './ServingService';

/** Longest a model may take to answer, in milliseconds (design §6). */
const PREDICTION_DEADLINE_MS = 60_000;

const FORM_CODES = {
  refused: 'prediction.form-refused',
  failed: 'prediction.form-failed',
} as const;
const PREDICTION_CODES = {
  refused: 'prediction.refused',
  failed: 'prediction.failed',
} as const;

/** What may be asked, and how; from the one gate of both requests. */
interface Admitted {
  binding: ResolvedBinding;
  decision: AllowedDecision;
  model?: ResolvedBinding;
}

/** Asks served models as the person. What is asked and answered is in no entry and no log: only sizes, times and a keyed hash. */
export class PredictionService {
  constructor(
    private readonly options: {
      actions: ModelActions;
      credentials: CredentialBroker;
      reader: PlatformReader;
      ledger: AuditLedger;
      journal: RequestJournal;
      hashKey: Secret;
      clock: () => Date;
    },
  ) {}

  /** What one row of input looks like. */
  async getForm(
    entityRef: string,
    query: { target?: string; version?: string },
    caller: IdentifiedCaller,
  ): Promise<PredictionForm> {
    const { reader, ledger, journal } = this.options;
    const { version } = query;
    const facts = factsOf(caller, entityRef, version);
    try {
      const admitted = await this.admit(entityRef, query.target, caller, facts);
      const { binding } = admitted;
      const model = modelFor(binding, admitted.model);
      const reading = await reader.readAsPerson(
        {
          ...admitted,
          caller,
          about: ['signature', version, model?.canonical],
        },
        call =>
          servingOf(binding).readSignature(call, binding.parsed, {
            version,
            model,
          }),
      );
      await ledger.record(
        {
          ...facts,
          ...aboutReading(reading),
          code: 'prediction.form-read',
          outcome: 'accepted',
        },
        'apart',
      );
      return { ...reading.value, target: targetOf(binding) };
    } catch (error) {
      throw await journal.close(error, FORM_CODES, facts);
    }
  }

  /**
   * Asks once. The entry before it is committed before the platform is called; somebody who no longer waits for the answer
   * changes nothing about either entry.
   */
  async predict(
    request: PredictRequest,
    caller: IdentifiedCaller,
  ): Promise<Prediction> {
    const { ledger, journal } = this.options;
    const { entityRef, target, version } = request;
    const facts = factsOf(caller, entityRef, version);
    try {
      const admitted = await this.admit(entityRef, target, caller, facts);
      await this.recordRequest(request, caller, admitted, facts);
      const { answer, latencyMs } = await this.ask(
        request,
        caller,
        admitted,
        facts,
      );
      await ledger.record(
        {
          ...facts,
          prediction: {
            ...facts.prediction!,
            answerBytes: answer.bytes,
            latencyMs,
          },
          code: 'prediction.answered',
          outcome: 'accepted',
        },
        'apart',
      );
      return {
        predictions: answer.predictions as Prediction['predictions'],
        version: answer.version,
        latencyMs,
      };
    } catch (error) {
      throw await journal.close(error, PREDICTION_CODES, facts);
    }
  }

  private async admit(
    entityRef: string,
    target: string | undefined,
    caller: IdentifiedCaller,
    facts: RequestFacts,
  ): Promise<Admitted> {
    const { binding, decision, model } = await this.options.actions.decideOn(
      entityRef,
      'serve',
      'predict',
      caller,
      target,
    );
    Object.assign(facts, aboutDecision(binding, decision));
    if (!decision.allowed)
      throw new RefusedError(decision.code, decision.message);
    return { binding, decision, model };
  }

  /** The entry before the call, and the limit counted under a lock, in one transaction. */
  private async recordRequest(
    { instances }: PredictRequest,
    caller: IdentifiedCaller,
    { binding, decision }: Admitted,
    facts: RequestFacts,
  ): Promise<void> {
    const { actions, ledger, hashKey, clock } = this.options;
    facts.principal = actions.runsAs(caller, binding, decision).principal;
    if (hasOverflow(instances)) {
      throw new InvalidRequestError(
        'request-invalid',
        'instances: a number is too large',
      );
    }
    const text = JSON.stringify(instances);
    facts.prediction = {
      requestBytes: Buffer.byteLength(text),
      // Of the text: to put 1 MB of values in canonical order takes a second, in which nobody else is answered.
      requestHash: keyedHash(hashKey, text),
    };
    const { connection, resource, environment } = binding;
    const askedBy = caller.userEntityRef;
    const most = decision.limits.predictionsPerMinute;
    const entry = { ...facts, code: 'prediction.requested' as const };
    if (most === undefined) {
      await ledger.record(entry, 'apart');
      return;
    }
    const counts = scopeOf(decision.scope);
    await ledger.commit(
      async tx => {
        const call = {
          askedBy,
          askedAt: clock(),
          connection,
          resource,
          environment,
        };
        if ((await countCall(tx, call, counts)) > most)
          throw new PredictionsLimitError(decision.role, most);
        return entry;
      },
      askedBy,
      'apart',
    );
  }

  private async ask(
    { instances, version }: PredictRequest,
    caller: IdentifiedCaller,
    { binding, decision, model }: Admitted,
    facts: RequestFacts,
  ): Promise<{ answer: PlatformAnswer; latencyMs: number }> {
    const serving = servingOf(binding);
    let began = 0;
    try {
      const answer = await this.options.credentials.withCredential(
        caller,
        binding.open.config,
        principalOf(decision),
        credential => {
          Object.assign(facts, credentialFacts(credential));
          began = performance.now();
          return serving.predict(
            { credential, signal: AbortSignal.timeout(PREDICTION_DEADLINE_MS) },
            binding.parsed,
            {
              instances,
              version,
              model: modelFor(binding, model),
              maxBytes: MAX_PREDICTION_ANSWER,
            },
          );
        },
      );
      const latencyMs = Math.round(performance.now() - began);
      requireShallow(answer, binding);
      return { answer, latencyMs };
    } catch (error) {
      throw toInvalid(error, version);
    }
  }
}

function factsOf(
  caller: IdentifiedCaller,
  entityRef: string,
  version: string | undefined,
): RequestFacts {
  return { ...callerFacts(caller), action: 'predict', entityRef, version };
}

/** What is nested without end cannot be written as JSON again. */
function requireShallow(
  { predictions }: PlatformAnswer,
  { connection }: ResolvedBinding,
): void {
  if (!isNestedDeeper(predictions, MAX_NESTING)) return;
  throw new PlatformError(
    connection,
    'platform-response-invalid',
    `${connection} sent predictions that are nested more than ${MAX_NESTING} deep.`,
    { refused: false },
  );
}

/** A model that does not take the input is no failure of its platform. */
function toInvalid(error: unknown, version: string | undefined): unknown {
  if (!(error instanceof PlatformError)) return error;
  if (error.code === 'platform-rejected-request')
    return new StateConflictError('prediction-invalid', error.message);
  return error.code === 'platform-not-found' && version !== undefined
    ? new StateConflictError('version-unknown', error.message)
    : error;
}
