import type { Express } from 'express';
import type { ApiCall, ApiRoute } from '../apiRoute';
import { notFound } from '../googleErrors';
import { LIST_QUERY, listAnswer } from '../messages/listAnswer';
import { collectionPath, itemPath, lastSegment, resourceName } from '../names';
import {
  defaultVersion,
  modelIdOf,
  requireModel,
  requireVersion,
  versionPart,
} from './modelReferences';
import { evaluationView, modelView } from './modelViews';

/** Reading models, versions and evaluations. Source: reference, google section 3.4. */
export function modelRoutes(app: Express, api: ApiRoute): void {
  app.get(
    collectionPath('models'),
    api('aiplatform.models.list', call => {
      call.onlyQuery(...LIST_QUERY);
      return listAnswer(call, [...call.cloud.models.values()], {
        field: 'models',
        view: model =>
          modelView(
            call.cloud,
            { model, version: defaultVersion(model) },
            'plain',
          ),
        compared: {
          model: ({ name }) => lastSegment(name),
          displayName: ({ displayName }) => displayName,
          baseModelName: () => '',
        },
        orderFields: ['displayName', 'createTime', 'updateTime'],
      });
    }),
  );
  app.get(
    itemPath('models'),
    api(undefined, call => {
      requireOnModel(call, 'aiplatform.models.get');
      call.onlyQuery();
      return modelView(
        call.cloud,
        requireVersion(call.cloud, call.param('id')),
        versionPart(call.param('id')) === undefined ? 'plain' : 'with-version',
      );
    }),
  );
  app.get(
    itemPath('models', 'listVersions'),
    api(undefined, call => {
      requireOnModel(call, 'aiplatform.models.list');
      call.onlyQuery(...LIST_QUERY);
      const model = requireModel(call.cloud, call.param('id'));
      return listAnswer(call, model.versions, {
        field: 'models',
        view: version =>
          modelView(call.cloud, { model, version }, 'with-version'),
        orderFields: ['createTime', 'updateTime'],
      });
    }),
  );
  app.get(
    `${itemPath('models')}/evaluations`,
    api(undefined, call => {
      requireOnModel(call, 'aiplatform.modelEvaluations.list');
      call.onlyQuery(...LIST_QUERY);
      const found = requireVersion(call.cloud, call.param('id'));
      return listAnswer(call, found.version.evaluations, {
        field: 'modelEvaluations',
        view: one => evaluationView(found, one),
      });
    }),
  );
  app.get(
    `${itemPath('models')}/evaluations/:evaluation([^:/]+)`,
    api(undefined, call => {
      requireOnModel(call, 'aiplatform.modelEvaluations.get');
      const found = requireVersion(call.cloud, call.param('id'));
      const evaluation = found.version.evaluations.find(
        ({ id }) => id === call.param('evaluation'),
      );
      if (evaluation) return evaluationView(found, evaluation);
      throw notFound('The ModelEvaluation does not exist.');
    }),
  );
}

/** Versions have no policy of their own: the model is asked, whatever stands after `@`. */
export function requireOnModel(call: ApiCall, permission: string): void {
  call.require(permission, resourceName('models', modelIdOf(call.param('id'))));
}
