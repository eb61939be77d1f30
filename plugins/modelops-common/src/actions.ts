import { z } from 'zod';

/** What a rule can allow. All but `audit` and `administer` are granted on resources. @public */
export const actionSchema = z.enum([
  'read',
  'train',
  'deploy',
  'serve',
  'predict',
  'cancel',
  'audit',
  'administer',
]);
/** One thing a rule can allow. @public */
export type Action = z.infer<typeof actionSchema>;

/** Actions that `POST /runs` starts. @public */
export const runActionSchema = z.enum(['train', 'deploy', 'serve']);
/** An action that starts a run. @public */
export type RunAction = z.infer<typeof runActionSchema>;

/** What exactly a run does; each operation belongs to one action. @public */
export const operationSchema = z.enum([
  'start',
  'deploy',
  'set-alias',
  'traffic',
  'promote',
  'rollback',
  'stop',
]);
/** What exactly a run does. @public */
export type Operation = z.infer<typeof operationSchema>;

/** Which operations each action has. @public */
export const OPERATIONS: Readonly<Record<RunAction, readonly Operation[]>> = {
  train: ['start'],
  deploy: ['deploy', 'set-alias'],
  serve: ['traffic', 'promote', 'rollback', 'stop'],
};

/** The action an operation belongs to. @public */
export function actionOf(operation: Operation): RunAction {
  return runActionSchema.options.find(action =>
    OPERATIONS[action].includes(operation),
  )!;
}

/** Annotation that binds an entity to the resource of an action. @public */
export const BINDING_ANNOTATIONS = {
  model: 'modelops/model',
  train: 'modelops/train',
  deploy: 'modelops/deploy',
  serve: 'modelops/serve',
} as const;
/** What a binding is for: where the versions are, or one of the actions. @public */
export type BindingRole = keyof typeof BINDING_ANNOTATIONS;
