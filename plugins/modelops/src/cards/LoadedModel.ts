import type {
  ModelAction,
  ModelDetail,
  Operation,
  Run,
} from 'backstage-plugin-modelops-common';
import { targetOf } from '../parts/words';

/** What a card works with once the model is there. */
export interface LoadedModel {
  model: ModelDetail;
  onStarted: (run: Run) => void;
  /** The model has to be read again: somebody signed in, or a run ended. */
  onStale: () => void;
}

/** An action on a resource that is there. */
export type BoundAction = ModelAction & Required<Pick<ModelAction, 'binding'>>;

/** Something that serves the model, and whether the person may look at it and ask it. */
export type ServedBinding = ModelDetail['serving'][number];

/** What cards begin with this operation for, in the order of the annotation; what leads nowhere is not among them. */
export function boundActions(
  model: ModelDetail,
  operation: Operation,
): BoundAction[] {
  return model.actions.filter(
    (action): action is BoundAction =>
      action.operation === operation && action.binding !== undefined,
  );
}

/** The same for one resource. */
export function findAction(
  model: ModelDetail,
  operation: Operation,
  target: string,
): BoundAction | undefined {
  return boundActions(model, operation).find(
    ({ binding }) => targetOf(binding) === target,
  );
}
