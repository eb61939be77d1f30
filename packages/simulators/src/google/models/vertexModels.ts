import type { TrainedModel } from '../../training/trainModel';
import type { Message } from '../messages/readMessage';

/** An evaluation of a model version. */
export interface ModelEvaluation {
  id: string;
  displayName: string;
  metrics: unknown;
  /** The message's other fields, given back as they came. */
  further: Message;
  /** Epoch milliseconds. */
  createdAt: number;
}

/** One version of a model of the Model Registry. */
export interface ModelVersion {
  /** 1, 2, 3 …; in messages a decimal text. */
  version: number;
  description: string;
  /** The version's own; in an answer the model's labels are merged in. Source: UpdateModelRequest. */
  labels: Map<string, string>;
  /** Epoch milliseconds. */
  createdAt: number;
  updatedAt: number;
  /** Fields that mean nothing to the simulator: `artifactUri`, `containerSpec`, `predictSchemata`, `pipelineJob` … */
  further: Message;
  evaluations: ModelEvaluation[];
  /** Names of what goes into the model, in order. */
  columns: string[];
  /** The weights. A version that was only uploaded has none: nobody trained it here, so it cannot predict. */
  trained?: TrainedModel;
}

/** A model of the Model Registry. */
export interface VertexModel {
  /** The last segment of its name. */
  id: string;
  displayName: string;
  description: string;
  labels: Map<string, string>;
  createdAt: number;
  updatedAt: number;
  /** Which version an alias names; `default` is always there. */
  aliases: Map<string, number>;
  versions: ModelVersion[];
  /** Numbers are not given out again after a version was deleted. */
  lastVersion: number;
  /** Grows with every change; the etag is made of it. */
  revision: number;
}

/** What a version is made of, besides what the registry gives it. */
export type VersionFields = Partial<Omit<ModelVersion, 'version'>> &
  Pick<ModelVersion, 'createdAt'>;

/** A model without versions. */
export function newModel(
  fields: Pick<VertexModel, 'id' | 'createdAt'> & Partial<VertexModel>,
): VertexModel {
  return {
    displayName: fields.id,
    description: '',
    labels: new Map(),
    updatedAt: fields.createdAt,
    aliases: new Map(),
    versions: [],
    lastVersion: 0,
    revision: 1,
    ...fields,
  };
}

/** Adds the next version with its aliases; the first one becomes the default. */
export function addVersion(
  model: VertexModel,
  fields: VersionFields,
  aliases: string[] = [],
): ModelVersion {
  model.lastVersion += 1;
  const version: ModelVersion = {
    description: '',
    labels: new Map(),
    updatedAt: fields.createdAt,
    further: {},
    evaluations: [],
    columns: [],
    ...fields,
    version: model.lastVersion,
  };
  model.versions.push(version);
  if (model.versions.length === 1)
    model.aliases.set('default', version.version);
  for (const alias of aliases) model.aliases.set(alias, version.version);
  touchModel(model, fields.createdAt);
  return version;
}

/** Notes a change. */
export function touchModel(model: VertexModel, at: number): void {
  model.updatedAt = at;
  model.revision += 1;
}
