import type { Simulators } from 'modelops-simulators';
import { type Portal, type PortalOptions, startPortal } from './portal';
import { vertexEntities, withVertex } from './vertexDemo';

/** The demo's portal with Vertex AI beside Databricks. */
export function startVertexPortal(
  options: PortalOptions & { simulators: Simulators },
): Promise<Portal> {
  return startPortal({
    entities: vertexEntities(),
    ...options,
    config: demo => {
      const config = withVertex(demo, options.simulators);
      return options.config?.(config) ?? config;
    },
  });
}
