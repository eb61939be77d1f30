import { DatabricksHandle } from './handles/DatabricksHandle';
import { GoogleHandle } from './handles/GoogleHandle';
import { IdpHandle } from './handles/IdpHandle';

/** The running simulators. */
export interface Simulators {
  idp: IdpHandle;
  databricks: DatabricksHandle;
  google: GoogleHandle;
  /** Ends what `startSimulators` started; leaves attached simulators alone. */
  close(): Promise<void>;
}

/** Handles to simulators that already run, for example those of the demo. */
export function attachSimulators(urls: {
  idpUrl: string;
  databricksUrl: string;
  googleUrl: string;
}): Simulators {
  return {
    idp: new IdpHandle(urls.idpUrl),
    databricks: new DatabricksHandle(urls.databricksUrl),
    google: new GoogleHandle(urls.googleUrl),
    close: async () => {},
  };
}
