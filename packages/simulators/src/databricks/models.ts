import type { TrainedModel } from '../training/trainModel';

/** One version of a Unity Catalog model. */
export interface ModelVersion {
  version: number;
  status: 'PENDING_REGISTRATION' | 'READY' | 'FAILED_REGISTRATION';
  comment: string;
  mlflowRunId?: string;
  createdAt: number;
  createdBy: string;
  tags: Map<string, string>;
  /** Names of what goes into the model, in order. */
  columns: string[];
  /** The weights; kept so that a deployed version can give true predictions. Absent until it is READY. */
  trained?: TrainedModel;
}

/** A registered model of Unity Catalog. */
export interface RegisteredModel {
  fullName: string;
  /** A user, a group or a service principal. */
  owner: string;
  comment: string;
  createdAt: number;
  createdBy: string;
  updatedAt: number;
  updatedBy: string;
  /** Who holds EXECUTE (and USE_CATALOG, USE_SCHEMA); the owner and metastore admins need no grant. */
  executors: string[];
  /** Who holds BROWSE: sees that it is there, and not what is in it. */
  browsers: string[];
  tags: Map<string, string>;
  aliases: Map<string, number>;
  versions: ModelVersion[];
  /** Numbers are not given out again after a version was deleted. */
  lastVersion: number;
}

/** A model without versions; whoever made it owns it unless told. */
export function newModel(
  fields: Pick<RegisteredModel, 'fullName' | 'createdBy' | 'createdAt'> &
    Partial<RegisteredModel>,
): RegisteredModel {
  return {
    owner: fields.createdBy,
    comment: '',
    updatedAt: fields.createdAt,
    updatedBy: fields.createdBy,
    executors: [],
    browsers: [],
    tags: new Map(),
    aliases: new Map(),
    versions: [],
    lastVersion: 0,
    ...fields,
  };
}

/** Adds the next version. */
export function addVersion(
  model: RegisteredModel,
  fields: Pick<ModelVersion, 'createdAt' | 'createdBy' | 'columns'> &
    Partial<ModelVersion>,
): ModelVersion {
  model.lastVersion += 1;
  const version: ModelVersion = {
    status: 'READY',
    comment: '',
    tags: new Map(),
    ...fields,
    version: model.lastVersion,
  };
  model.versions.push(version);
  touch(model, fields.createdBy, fields.createdAt);
  return version;
}

/** Notes a change. Which changes move `updated_at` at Databricks is not established; here all do. */
export function touch(model: RegisteredModel, by: string, at: number): void {
  model.updatedBy = by;
  model.updatedAt = at;
}
