import type {
  FailingDeploy,
  ForeignVertexEndpointChange,
} from '../../handles/googleServingTypes';
import type { RpcCode } from '../googleErrors';

/** What tests have decided about the next changes of endpoints. */
export interface ServingPlans {
  /** The next deployment on this endpoint, or on any, ends with this error. */
  failNextDeploy?: Required<Omit<FailingDeploy, 'endpoint'>> & {
    endpoint?: string;
    code: RpcCode;
  };
  /** Made right before the next change of its endpoint that somebody asks for. */
  plantedChange?: ForeignVertexEndpointChange & { endpoint: string };
}
