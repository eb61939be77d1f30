import type { Access } from './access';
import type { RunAction } from './actions';
import type { AuditEntry, ExportAuditQuery, ListAuditQuery } from './audit';
import type { Page } from './fields';
import type { ActionForm, FormQuery } from './form';
import type { ListModelsQuery, ModelDetail, ModelSummary } from './model';
import type {
  Prediction,
  PredictionForm,
  PredictionFormQuery,
  PredictRequest,
} from './prediction';
import type {
  ListRunsQuery,
  Run,
  RunDetail,
  RunResult,
  StartRunRequest,
} from './run';
import type { Serving, TargetQuery } from './serving';
import type { AuditVerification } from './verification';
import type {
  ListVersionsQuery,
  ModelVersionDetail,
  ModelVersions,
} from './version';

/** The REST API as methods. Each throws `ModelopsError` when the backend refuses or fails. @public */
export interface ModelopsApi {
  listModels(query?: ListModelsQuery): Promise<Page<ModelSummary>>;
  /** `entityRef` is `kind:namespace/name`, as everywhere. */
  getModel(entityRef: string): Promise<ModelDetail>;
  getForm(
    entityRef: string,
    action: RunAction,
    query?: FormQuery,
  ): Promise<ActionForm>;
  /** Newest first. */
  listVersions(
    entityRef: string,
    query?: ListVersionsQuery,
  ): Promise<ModelVersions>;
  getVersion(entityRef: string, version: string): Promise<ModelVersionDetail>;
  getServing(entityRef: string, query?: TargetQuery): Promise<Serving>;
  getPredictionForm(
    entityRef: string,
    query?: PredictionFormQuery,
  ): Promise<PredictionForm>;
  predict(request: PredictRequest): Promise<Prediction>;
  /** The same key and request always give the same run, so a failed call may be repeated. */
  startRun(request: StartRunRequest, idempotencyKey: string): Promise<Run>;
  listRuns(query?: ListRunsQuery): Promise<Page<Run>>;
  getRun(runId: string): Promise<RunDetail>;
  getRunLogs(runId: string): Promise<string>;
  getRunResult(runId: string): Promise<RunResult>;
  cancelRun(runId: string): Promise<Run>;
  listAudit(query?: ListAuditQuery): Promise<Page<AuditEntry>>;
  /** The whole file; reading it again takes the whole time again. */
  exportAudit(query: ExportAuditQuery): Promise<Blob>;
  verifyAudit(): Promise<AuditVerification>;
  getAccess(): Promise<Access>;
}
