import type { Express } from 'express';
import type { ForeignModel, ModelChange } from '../handles/servingTypes';
import { controlRoute } from '../server/controlRoute';
import { weightsView } from '../training/weightsView';
import { addVersion, newModel, touch, type RegisteredModel } from './models';
import { READER, STRANGER } from './principals';
import { seedManyModels } from './seedManyModels';
import type { RunningWorkspace } from './startDatabricks';
import type { Workspace } from './Workspace';

const MODELS = '/__control/models';

/** What a test may do to registered models behind everybody's back. */
export function modelControlRoutes(
  control: Express,
  running: () => RunningWorkspace,
): void {
  const seeded = async (): Promise<Workspace> => {
    const { workspace } = running();
    await workspace.seeded;
    return workspace;
  };
  control.post(
    `${MODELS}/many`,
    controlRoute(async ({ body }) => {
      if (!(Number.isInteger(body.count) && body.count > 0))
        throw new TypeError("'count' is a whole number above 0");
      seedManyModels(await seeded(), body.count);
    }),
  );
  control.post(
    MODELS,
    controlRoute(async ({ body }) => addForeignModel(await seeded(), body)),
  );
  control.patch(
    `${MODELS}/:fullName`,
    controlRoute(async ({ params, body }) => {
      const workspace = await seeded();
      changeModel(workspace, requireModel(workspace, params.fullName), body);
    }),
  );
  control.delete(
    `${MODELS}/:fullName`,
    controlRoute(async ({ params }) => {
      const workspace = await seeded();
      workspace.models.delete(
        requireModel(workspace, params.fullName).fullName,
      );
    }),
  );
  control.patch(
    `${MODELS}/:fullName/versions/:version`,
    controlRoute(async ({ params, body }) => {
      requireVersion(await seeded(), params).status = body.status;
    }),
  );
  control.get(
    `${MODELS}/:fullName/versions/:version/weights`,
    controlRoute(async ({ params }) => {
      const { trained } = requireVersion(await seeded(), params);
      if (!trained) throw new TypeError('That version has no weights');
      return weightsView(trained);
    }),
  );
}

function addForeignModel(workspace: Workspace, plan: ForeignModel): void {
  if (!/^[^.]+\.[^.]+\.[^.]+$/.test(plan.fullName))
    throw new TypeError("'fullName' is catalog.schema.model");
  const fullName = plan.fullName.toLowerCase();
  if (workspace.models.has(fullName))
    throw new TypeError(`There is a model ${fullName} already`);
  const owner = plan.owner ?? STRANGER;
  const now = workspace.clock.now();
  const model = newModel({
    fullName,
    createdBy: owner,
    createdAt: now,
    comment: plan.comment ?? '',
    tags: new Map(Object.entries(plan.tags ?? {})),
    executors: plan.executors ?? [READER],
  });
  const [first] = workspace.findModel('main.fraud.detector')!.versions;
  for (let count = 0; count < (plan.versions ?? 0); count += 1)
    addVersion(model, { ...first, createdAt: now, createdBy: owner });
  workspace.models.set(fullName, model);
}

function changeModel(
  workspace: Workspace,
  model: RegisteredModel,
  change: ModelChange,
): void {
  if (change.fullName !== undefined) {
    workspace.models.delete(model.fullName);
    model.fullName = change.fullName.toLowerCase();
    workspace.models.set(model.fullName, model);
  }
  model.owner = change.owner ?? model.owner;
  model.comment = change.comment ?? model.comment;
  model.executors = change.executors ?? model.executors;
  if (change.tags) model.tags = new Map(Object.entries(change.tags));
  touch(model, STRANGER, workspace.clock.now());
}

function requireModel(workspace: Workspace, fullName: string): RegisteredModel {
  const model = workspace.findModel(fullName);
  if (model) return model;
  throw new TypeError(`There is no model ${fullName}`);
}

function requireVersion(workspace: Workspace, params: Record<string, string>) {
  const version = requireModel(workspace, params.fullName).versions.find(
    candidate => String(candidate.version) === params.version,
  );
  if (version) return version;
  throw new TypeError('There is no such version');
}
