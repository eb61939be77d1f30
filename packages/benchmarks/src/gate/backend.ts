import { createBackend } from '@backstage/backend-defaults';

/** What the process that started this one may ask, and the answer. */
export interface UsageQuestion {
  collectGarbage?: boolean;
}
export interface Usage {
  /** User and system time of this process since its start, in milliseconds. */
  cpuMs: number;
  rss: number;
  /** The highest `rss` since the start. */
  peakRss: number;
  heapUsed: number;
}

// The backend of a portal: what Backstage brings, its proxy, and the gate.
const backend = createBackend();
backend.add(import('@backstage/plugin-auth-backend'));
backend.add(import('@backstage/plugin-auth-backend-module-guest-provider'));
backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(import('backstage-plugin-catalog-backend-module-modelops'));
backend.add(import('@backstage/plugin-permission-backend'));
backend.add(
  import('@backstage/plugin-permission-backend-module-allow-all-policy'),
);
backend.add(import('@backstage/plugin-proxy-backend'));
backend.add(import('backstage-plugin-modelops-backend'));
backend.add(import('backstage-plugin-modelops-backend-module-databricks'));
backend.start();

process.on('message', ({ collectGarbage }: UsageQuestion) => {
  if (collectGarbage) {
    // Twice: the first may only queue what finalizers then let go.
    global.gc?.();
    global.gc?.();
  }
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const usage: Usage = {
    cpuMs: (user + system) / 1_000,
    rss,
    // In kilobytes. Source: Node, process.resourceUsage.
    peakRss: process.resourceUsage().maxRSS * 1_024,
    heapUsed,
  };
  process.send!({ usage });
});
process.once('disconnect', () => process.exit(0));
