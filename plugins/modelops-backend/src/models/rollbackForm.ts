import type { PlatformForm } from 'backstage-plugin-modelops-node';
import { StateConflictError } from '../errors';
import type { StoredRun } from '../runs/runRow';
import { changeToTakeBack, rollbackTo } from '../serving/rollback';

/** The form of a rollback: that of a traffic change, with the shares from before the newest change as its defaults. */
export function rollbackForm(
  form: PlatformForm,
  changes: readonly StoredRun[],
): PlatformForm {
  const served = form.serving?.served ?? [];
  const before = changeToTakeBack(served, changes)?.before;
  if (!before) throw nothingToTakeBack('no change of it is recorded here');
  const rollback = rollbackTo(served, before);
  if (!rollback.ok) throw nothingToTakeBack(rollback.problem);
  return {
    ...form,
    parameters: form.parameters.map(parameter => ({
      ...parameter,
      default: rollback.shares[parameter.name] ?? parameter.default,
    })),
  };
}

function nothingToTakeBack(why: string): StateConflictError {
  return new StateConflictError(
    'rollback-unknown',
    `The newest change cannot be taken back: ${why}. Move the traffic instead.`,
  );
}
