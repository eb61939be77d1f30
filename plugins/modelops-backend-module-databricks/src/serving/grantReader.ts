import {
  PlatformError,
  type PlatformCall,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import type { DatabricksClient } from '../databricksClient';
import type { Endpoint } from './endpoint';

/**
 * Lets the portal's reader see an endpoint that was just made: by default only its maker and admins do, and how the run ends
 * would never be found out. As the maker, and CAN_VIEW only. That the endpoint was made is not changed by a failure here: the
 * backend's log then says each time that the reader may not look. Source: reference, databricks section 7.1.
 * @internal
 */
export async function grantReader(
  client: DatabricksClient,
  call: PlatformCall,
  job: StartJob,
  { id }: Endpoint,
): Promise<void> {
  if (job.reader === undefined || id === undefined) return;
  try {
    await client.patch(
      call,
      {
        path: `/api/2.0/permissions/serving-endpoints/${encodeURIComponent(
          id,
        )}`,
        target: job.resource.canonical,
        needs: `CAN_MANAGE on ${job.resource.canonical}`,
        runId: job.runId,
        // The same entry twice is one entry.
        repeat: 'read',
        body: {
          access_control_list: [
            {
              service_principal_name: job.reader,
              permission_level: 'CAN_VIEW',
            },
          ],
        },
      },
      z.unknown(),
    );
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
  }
}
