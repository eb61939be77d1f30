import type { Express } from 'express';
import { weightsView } from '../../training/weightsView';
import type {
  ForeignVertexModel,
  ForeignVertexVersion,
} from '../../handles/googleServingTypes';
import { controlRoute } from '../../server/controlRoute';
import type { GoogleCloud } from '../GoogleCloud';
import { requireLabels } from '../messages/labels';
import { newNumericId } from '../operations/operations';
import { toSimulatedModel } from '../serving/simulatedEndpoint';
import type { RunningCloud } from '../startGoogle';
import { requireModel, requireVersion } from './modelReferences';
import { evaluationOf, modelFiles } from './registerTrainedVersion';
import { addVersion, newModel, type VertexModel } from './vertexModels';

const MODELS = '/__control/models';

/** What a test may do to models behind everybody's back. */
export function modelControlRoutes(
  control: Express,
  running: () => RunningCloud,
): void {
  const seeded = async (): Promise<GoogleCloud> => {
    const { cloud } = running();
    await cloud.seeded;
    return cloud;
  };
  control.get(
    MODELS,
    controlRoute(async () =>
      [...(await seeded()).models.values()].map(toSimulatedModel),
    ),
  );
  control.post(
    MODELS,
    controlRoute(async ({ body }) =>
      toSimulatedModel(addForeignModel(await seeded(), body)),
    ),
  );
  control.post(
    '/__control/many-models',
    controlRoute(async ({ body }) => {
      const cloud = await seeded();
      for (let number = 1; number <= body.count; number += 1)
        addForeignModel(cloud, {
          id: `many-${String(number).padStart(6, '0')}`,
          labels: { team: number % 2 ? 'supply' : 'growth' },
        });
    }),
  );
  control.delete(
    `${MODELS}/:id`,
    controlRoute(async ({ params }) => {
      if (!(await seeded()).models.delete(params.id))
        throw new TypeError(`There is no model ${params.id}`);
    }),
  );
  control.post(
    `${MODELS}/:id/versions`,
    controlRoute(async ({ params, body }) => {
      const cloud = await seeded();
      const model = requireModel(cloud, params.id);
      addForeignVersion(cloud, model, body);
      return toSimulatedModel(model);
    }),
  );
  control.get(
    `${MODELS}/:id/versions/:version/weights`,
    controlRoute(async ({ params }) =>
      weightsView(
        requireVersion(await seeded(), `${params.id}@${params.version}`).version
          .trained!,
      ),
    ),
  );
}

function addForeignModel(
  cloud: GoogleCloud,
  { id, displayName, labels, versions = 1 }: ForeignVertexModel,
): VertexModel {
  const model = newModel({
    id,
    displayName: displayName ?? id,
    labels: requireLabels(labels),
    createdAt: cloud.now(),
  });
  for (let count = 0; count < Math.max(versions, 1); count += 1)
    addForeignVersion(cloud, model, {});
  cloud.models.set(id, model);
  return model;
}

function addForeignVersion(
  cloud: GoogleCloud,
  model: VertexModel,
  given: ForeignVertexVersion,
): void {
  const { trained, columns } = requireVersion(
    cloud,
    'demand-forecast@1',
  ).version;
  const { predictSchemata, ...files } = modelFiles(model);
  const { instanceSchemaUri = predictSchemata.instanceSchemaUri } = given;
  const evaluation = evaluationOf(trained!, cloud.now());
  addVersion(
    model,
    {
      createdAt: cloud.now(),
      description: given.description ?? '',
      labels: requireLabels(given.labels),
      further: {
        ...files,
        ...(instanceSchemaUri && { predictSchemata: { instanceSchemaUri } }),
        ...(given.pipelineJob && { pipelineJob: given.pipelineJob }),
      },
      columns,
      trained,
      evaluations:
        given.metrics === null
          ? []
          : [
              {
                ...evaluation,
                id: newNumericId(),
                metrics: given.metrics ?? evaluation.metrics,
              },
            ],
    },
    given.aliases,
  );
}
