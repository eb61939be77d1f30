import type { Express } from 'express';
import type { ApiCall, ApiRoute } from '../apiRoute';
import { failedPrecondition, invalidArgument } from '../googleErrors';
import { readMessage } from '../messages/readMessage';
import {
  IMPORT_MODEL_EVALUATION_REQUEST,
  MERGE_VERSION_ALIASES_REQUEST,
} from '../messages/shapes';
import { itemPath, resourceName } from '../names';
import { newNumericId, type Operation } from '../operations/operations';
import { WRITING, type OperationTimers } from '../operations/OperationTimers';
import {
  requireModel,
  requireVersion,
  versionPart,
  type FoundVersion,
} from './modelReferences';
import { requireOnModel } from './modelRoutes';
import { deploymentsOf, evaluationView, modelView } from './modelViews';
import { mergeAliases } from './versionAliases';
import { touchModel } from './vertexModels';

/** Aliases, evaluations and deletions. Source: reference, google section 3.4; model_service.proto. */
export function modelWriteRoutes(
  app: Express,
  api: ApiRoute,
  timers: () => OperationTimers,
): void {
  app.post(
    itemPath('models', 'mergeVersionAliases'),
    api(undefined, call => {
      requireOnModel(call, 'aiplatform.models.update');
      const { versionAliases = [] } = readMessage(
        call.body(),
        MERGE_VERSION_ALIASES_REQUEST,
      );
      const found = requireNumbered(call);
      const { model, version } = found;
      model.aliases = mergeAliases(
        model.aliases,
        version.version,
        versionAliases,
      );
      version.updatedAt = call.cloud.now();
      touchModel(model, call.cloud.now());
      return modelView(call.cloud, found, 'with-version');
    }),
  );
  app.post(
    `${itemPath('models')}/evaluations\\:import`,
    api(undefined, call => {
      requireOnModel(call, 'aiplatform.modelEvaluations.import');
      const { modelEvaluation } = readMessage(
        call.body(),
        IMPORT_MODEL_EVALUATION_REQUEST,
      );
      if (!modelEvaluation?.metrics || !modelEvaluation.metricsSchemaUri)
        throw invalidArgument(
          'model_evaluation needs metrics and metrics_schema_uri.',
        );
      const {
        name: _,
        createTime: __,
        displayName,
        metrics,
        ...further
      } = modelEvaluation;
      const found = requireVersion(call.cloud, call.param('id'));
      const evaluation = {
        id: newNumericId(),
        displayName: displayName ?? '',
        metrics,
        further,
        createdAt: call.cloud.now(),
      };
      found.version.evaluations.push(evaluation);
      return evaluationView(found, evaluation);
    }),
  );
  app.delete(
    itemPath('models', 'deleteVersion'),
    api(undefined, call => {
      requireOnModel(call, 'aiplatform.models.delete');
      const found = requireNumbered(call);
      requireVersionUnused(call, found);
      return beginDelete(found, () => {
        const { model, version } = found;
        requireVersionUnused(call, found);
        model.versions = model.versions.filter(one => one !== version);
        for (const [alias, number] of model.aliases)
          if (number === version.version) model.aliases.delete(alias);
        touchModel(model, call.cloud.now());
      });
    }),
  );
  app.delete(
    itemPath('models'),
    api(undefined, call => {
      requireOnModel(call, 'aiplatform.models.delete');
      const model = requireModel(call.cloud, call.param('id'));
      const requireUnused = () => {
        for (const version of model.versions)
          requireNotDeployed(call, { model, version });
      };
      requireUnused();
      return beginDelete({ model, version: model.versions[0] }, () => {
        requireUnused();
        call.cloud.models.delete(model.id);
      });
    }),
  );

  function beginDelete({ model }: FoundVersion, remove: () => void): Operation {
    return timers().begin({
      resource: resourceName('models', model.id),
      metadata: 'DeleteOperationMetadata',
      permission: 'aiplatform.models.delete',
      share: WRITING,
      complete: () => {
        remove();
        return undefined;
      },
    });
  }
}

/** These calls want a number after the `@`, no alias. Source: MergeVersionAliasesRequest.name. */
function requireNumbered(call: ApiCall): FoundVersion {
  if (!/^\d+$/.test(versionPart(call.param('id')) ?? ''))
    throw invalidArgument(
      `The Model name "${call.param(
        'id',
      )}" must include a version ID, for example "model@1".`,
    );
  return requireVersion(call.cloud, call.param('id'));
}

function requireVersionUnused(call: ApiCall, found: FoundVersion): void {
  const { model, version } = found;
  requireNotDeployed(call, found);
  if (model.versions.length === 1)
    throw failedPrecondition(
      'The only version of a Model cannot be deleted. Delete the Model instead.',
    );
  // There is exactly one default version; how the real one words it is not established.
  if (model.aliases.get('default') === version.version)
    throw failedPrecondition(
      'The default version cannot be deleted. Make another version the default first.',
    );
}

function requireNotDeployed(call: ApiCall, found: FoundVersion): void {
  const [deployment] = deploymentsOf(call.cloud, found);
  if (deployment)
    throw failedPrecondition(
      `The Model version is deployed to ${deployment.endpoint} as DeployedModel ${deployment.deployedModelId}. Undeploy it first.`,
    );
}
