import type { Express } from 'express';
import type { ApiCall, ApiRoute } from '../apiRoute';
import type { GoogleCloud } from '../GoogleCloud';
import {
  failedPrecondition,
  GoogleError,
  invalidArgument,
} from '../googleErrors';
import { readFieldMask } from '../messages/fieldMask';
import { requireLabels } from '../messages/labels';
import { readMessage, type Message } from '../messages/readMessage';
import { MODEL, UPLOAD_MODEL_REQUEST } from '../messages/shapes';
import { collectionPath, itemPath, resourceName } from '../names';
import { newNumericId } from '../operations/operations';
import { WRITING, type OperationTimers } from '../operations/OperationTimers';
import { serviceAccountResource } from '../principals';
import { etagOf } from '../serving/endpoints';
import {
  defaultVersion,
  modelIdOf,
  readModelName,
  requireModel,
  requireVersion,
  versionPart,
  type FoundVersion,
} from './modelReferences';
import { requireOnModel } from './modelRoutes';
import { modelView, versionName } from './modelViews';
import { requireAlias } from './versionAliases';
import {
  addVersion,
  newModel,
  touchModel,
  type VertexModel,
} from './vertexModels';

/** Source: UploadModelRequest.model_id. */
const MODEL_ID = /^[a-z_][a-z0-9_-]{0,62}$/;
const MAX_DISPLAY_NAME = 128;

/** Settable fields of a model that the simulator only keeps. */
const KEPT = [
  'artifactUri',
  'containerSpec',
  'predictSchemata',
  'pipelineJob',
  'metadataSchemaUri',
  'metadata',
  'explanationSpec',
  'encryptionSpec',
];

/** Uploading and changing models. Source: reference, google section 3.4; model_service.proto. */
export function uploadRoutes(
  app: Express,
  api: ApiRoute,
  timers: () => OperationTimers,
): void {
  app.post(
    collectionPath('models', 'upload'),
    api('aiplatform.models.upload', call => {
      const request = readMessage(call.body(), UPLOAD_MODEL_REQUEST);
      const given: Message = request.model ?? {};
      const aliases: string[] = (given.versionAliases ?? []).map(requireAlias);
      const labels = requireLabels(given.labels);
      if (request.serviceAccount)
        call.require(
          'iam.serviceAccounts.actAs',
          serviceAccountResource(request.serviceAccount),
        );
      const { cloud } = call;
      const model = modelToUploadTo(call, request, given);
      return timers().begin({
        resource: resourceName('models', model.id),
        metadata: 'UploadModelOperationMetadata',
        permission: 'aiplatform.models.upload',
        share: WRITING,
        complete: () => {
          requireFree(cloud, model);
          const version = addVersion(
            model,
            {
              createdAt: cloud.now(),
              description: given.versionDescription ?? '',
              labels,
              further: kept(given),
              ...sameArtifact(cloud, given.artifactUri),
            },
            aliases,
          );
          cloud.models.set(model.id, model);
          return {
            '@type':
              'type.googleapis.com/google.cloud.aiplatform.v1.UploadModelResponse',
            model: versionName({ model, version }),
            modelVersionId: String(version.version),
          };
        },
      });
    }),
  );
  app.patch(
    itemPath('models'),
    api(undefined, call => {
      requireOnModel(call, 'aiplatform.models.update');
      call.onlyQuery('updateMask');
      const given = readMessage(call.body(), MODEL, 'model');
      const found = requireFound(call);
      if (given.etag && given.etag !== etagOf(found.model))
        throw new GoogleError(
          'ABORTED',
          'The etag does not match: the Model was changed meanwhile.',
        );
      const paths = readFieldMask(call.query('updateMask'), [
        'displayName',
        'description',
        'versionDescription',
        'labels',
      ]);
      update(call, found, given, paths);
      return modelView(
        call.cloud,
        found,
        isVersionUpdate(call) ? 'with-version' : 'plain',
      );
    }),
  );
}

/** The parent of a new version, or a new model, which is not in the registry yet. */
function modelToUploadTo(
  call: ApiCall,
  { parentModel, modelId }: Message,
  given: Message,
): VertexModel {
  if (parentModel) return requireModel(call.cloud, readModelName(parentModel));
  if (!given.displayName || [...given.displayName].length > MAX_DISPLAY_NAME)
    throw invalidArgument(
      `model.display_name is required and can be up to ${MAX_DISPLAY_NAME} characters long.`,
    );
  if (modelId && !MODEL_ID.test(modelId))
    throw invalidArgument(`The model ID "${modelId}" is invalid.`);
  const model = newModel({
    id: modelId || newNumericId(),
    displayName: given.displayName,
    description: given.description ?? '',
    createdAt: call.cloud.now(),
  });
  requireFree(call.cloud, model);
  return model;
}

/** Refuses a new model under the id of another one. */
function requireFree(cloud: GoogleCloud, model: VertexModel): void {
  const holder = cloud.models.get(model.id);
  if (holder && holder !== model)
    throw new GoogleError(
      'ALREADY_EXISTS',
      `Model ${resourceName('models', model.id)} already exists.`,
    );
}

function kept(given: Message): Message {
  return Object.fromEntries(
    KEPT.flatMap(field =>
      given[field] === undefined ? [] : [[field, given[field]]],
    ),
  );
}

/** Model files that the simulator has trained itself come with what they need to answer; others are only a name. */
function sameArtifact(cloud: GoogleCloud, artifactUri: string | undefined) {
  const known = [...cloud.models.values()]
    .flatMap(({ versions }) => versions)
    .find(({ further }) => artifactUri && further.artifactUri === artifactUri);
  return known && { trained: known.trained, columns: known.columns };
}

/** `@-` names the model, too. Source: UpdateModelRequest. */
function isVersionUpdate(call: ApiCall): boolean {
  const part = versionPart(call.param('id'));
  return part !== undefined && part !== '-';
}

function requireFound(call: ApiCall): FoundVersion {
  if (isVersionUpdate(call))
    return requireVersion(call.cloud, call.param('id'));
  const model = requireModel(call.cloud, modelIdOf(call.param('id')));
  return { model, version: defaultVersion(model) };
}

function update(
  call: ApiCall,
  { model, version }: FoundVersion,
  given: Message,
  paths: string[],
): void {
  const ofVersion = isVersionUpdate(call);
  const foreign = ofVersion
    ? ['displayName', 'description']
    : ['versionDescription'];
  const wrong = paths.find(path => foreign.includes(path));
  if (wrong)
    throw failedPrecondition(
      `Field "${wrong}" cannot be updated by a ${
        ofVersion ? 'Model version' : 'Model'
      } name.`,
    );
  const labels = requireLabels(given.labels);
  if (paths.includes('labels'))
    if (ofVersion) version.labels = labels;
    else model.labels = labels;
  if (paths.includes('displayName')) model.displayName = given.displayName;
  if (paths.includes('description'))
    model.description = given.description ?? '';
  if (paths.includes('versionDescription'))
    version.description = given.versionDescription ?? '';
  if (ofVersion) version.updatedAt = call.cloud.now();
  touchModel(model, call.cloud.now());
}
