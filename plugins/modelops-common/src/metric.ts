import { z } from 'zod';

/** Last value of a metric; null where the platform reports NaN or an infinity. @public */
export const metricSchema = z.object({
  name: z.string(),
  value: z.number().nullable(),
});
/** Last value of a metric. @public */
export type Metric = z.infer<typeof metricSchema>;
