import { failedPrecondition, invalidArgument } from '../googleErrors';

/** Percent of the traffic by id of the deployed model. */
export type TrafficSplit = Record<string, number>;

/** In a deploy request: the model that is being deployed. */
const NEW_MODEL = '0';

/**
 * A split that an endpoint can have: whole percentages of deployed models that exist, 100 in all, or empty.
 * @throws INVALID_ARGUMENT otherwise
 */
export function requireSplit(
  split: TrafficSplit,
  deployedIds: readonly string[],
): TrafficSplit {
  const unknown = Object.keys(split).filter(id => !deployedIds.includes(id));
  if (unknown.length > 0)
    throw invalidArgument(
      `The following DeployedModel ID(s) [${unknown.join(', ')}] do not exist.`,
    );
  const shares = Object.values(split);
  if (shares.some(share => share < 0 || share > 100))
    throw invalidArgument(
      'A traffic percentage must be a whole number from 0 to 100.',
    );
  if (shares.length > 0 && shares.reduce((sum, one) => sum + one, 0) !== 100)
    throw invalidArgument('The traffic percentages must add up to 100.');
  return { ...split };
}

/**
 * The split after a deployment. An empty wish leaves it as it is, so that a second model gets no traffic. `"0"` stands for
 * the new model.
 */
export function splitAfterDeploy(
  current: TrafficSplit,
  wished: TrafficSplit | undefined,
  deployedIds: readonly string[],
  newId: string,
): TrafficSplit {
  if (!wished || Object.keys(wished).length === 0) return { ...current };
  return requireSplit(
    Object.fromEntries(
      Object.entries(wished).map(([id, share]) => [
        id === NEW_MODEL ? newId : id,
        share,
      ]),
    ),
    [...deployedIds, newId],
  );
}

/**
 * The split after a model was taken out. It goes only if it has no traffic, or the wish gives it none; the last one always
 * leaves an empty split. Source: UndeployModelRequest.
 */
export function splitAfterUndeploy(
  current: TrafficSplit,
  wished: TrafficSplit | undefined,
  deployedIds: readonly string[],
  leaving: string,
): TrafficSplit {
  const others = deployedIds.filter(id => id !== leaving);
  if (others.length === 0) return {};
  const split =
    wished && Object.keys(wished).length > 0
      ? requireSplit(wished, deployedIds)
      : { ...current };
  if ((split[leaving] ?? 0) > 0)
    throw failedPrecondition(
      `DeployedModel ${leaving} has ${split[leaving]} percent of the traffic. Move its traffic to other models, then undeploy it.`,
    );
  delete split[leaving];
  return split;
}
