import type {
  ModelVersion,
  ModelVersionDetail,
  RegisteredModel,
} from 'backstage-plugin-modelops-common';
import type { PlatformCall, PlatformResource } from './ModelPlatform';

/** A version as its platform tells of it; what this portal knows besides is added by the backend. @public */
export type PlatformVersion = Omit<ModelVersion, 'servedBy' | 'sourceJob'> & {
  sourceJob?: {
    platformRunId: string;
    url?: string;
    /** Our id of the run, if the job carries one. Shown only if a run with this id and this job is recorded here. */
    runId?: string;
  };
};

/** A version with what it was trained with. @public */
export type PlatformVersionDetail = PlatformVersion &
  Pick<ModelVersionDetail, 'parameters'>;

/** A page of a list: `cursor` of the next one is the platform's own affair, and opaque. @public */
export interface PlatformPage<T> {
  items: T[];
  nextCursor?: string;
}

/** The registry of models of one connection, read with the caller's rights. Every method throws PlatformError. @public */
export interface VersionRegistry {
  /** Versions of a model, newest first. At most `limit` of them, with their metrics. */
  listVersions(
    call: PlatformCall,
    model: PlatformResource,
    page: { cursor?: string; limit: number },
  ): Promise<PlatformPage<PlatformVersion>>;
  /** One version. Throws `platform-not-found` if the registry has none of that name. */
  readVersion(
    call: PlatformCall,
    model: PlatformResource,
    version: string,
  ): Promise<PlatformVersionDetail>;
  /**
   * Everything of this connection that can be an entity, in any order, without repetition. Calls grow with pages and with what
   * changed since the last time, not with all that there is. A page may be empty and still have a next one.
   */
  listModels(
    call: PlatformCall,
    page: { cursor?: string; limit: number },
  ): Promise<PlatformPage<RegisteredModel>>;
}
