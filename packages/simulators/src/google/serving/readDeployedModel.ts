import type { ApiCall } from '../apiRoute';
import { GoogleError, invalidArgument } from '../googleErrors';
import type { Message } from '../messages/readMessage';
import {
  modelIdOf,
  readModelName,
  requireVersion,
  type FoundVersion,
} from '../models/modelReferences';
import { resourceName } from '../names';
import { newNumericId } from '../operations/operations';
import { serviceAccountResource } from '../principals';
import type { DeployedModel } from './endpoints';
import { requireResources } from './requireResources';

/**
 * What a deployment asks for, checked: the model has to be readable for the caller, and the service account usable.
 *
 * @param taken - ids that deployed models of the endpoint have, or are going to have
 */
export function readDeployedModel(
  call: ApiCall,
  given: Message,
  taken: string[],
): DeployedModel {
  if (!given.model) throw invalidArgument('deployed_model.model is required.');
  const {
    id = newNumericId(),
    model: _,
    displayName,
    modelVersionId: __,
    createTime: ___,
    ...further
  } = given;
  if (given.id !== undefined && !/^\d{1,10}$/.test(id))
    throw invalidArgument(
      'deployed_model.id must be 1-10 characters long and consist of digits.',
    );
  if (taken.includes(id))
    throw new GoogleError(
      call.cloud.behaviour.duplicateDeployedModel,
      `DeployedModel with ID ${id} already exists on the Endpoint.`,
    );
  const { model, version } = readableVersion(call, given.model);
  if (further.serviceAccount)
    call.require(
      'iam.serviceAccounts.actAs',
      serviceAccountResource(further.serviceAccount),
    );
  requireResources(further);
  further.dedicatedResources.maxReplicaCount ??=
    further.dedicatedResources.minReplicaCount;
  return {
    id,
    displayName: displayName || model.displayName,
    createdAt: call.cloud.now(),
    further,
    model,
    serves: version,
  };
}

/** Who deploys a model has to be allowed to read it. */
function readableVersion(call: ApiCall, name: string): FoundVersion {
  const reference = readModelName(name);
  call.require(
    'aiplatform.models.get',
    resourceName('models', modelIdOf(reference)),
  );
  return requireVersion(call.cloud, reference);
}
