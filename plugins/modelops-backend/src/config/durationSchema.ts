import { ConfigReader, readDurationFromConfig } from '@backstage/config';
import { durationToMilliseconds, type JsonObject } from '@backstage/types';
import { z } from 'zod';

/** A duration as Backstage writes it, `{ minutes: 10 }` or `'10m'`; in milliseconds. */
export const durationSchema = z.unknown().transform((value, context) => {
  try {
    return durationToMilliseconds(
      // Whatever it is: anything but a duration throws.
      readDurationFromConfig(new ConfigReader({ value } as JsonObject), {
        key: 'value',
      }),
    );
  } catch {
    context.addIssue("has to be a duration such as { seconds: 30 } or '30s'");
    return z.NEVER;
  }
});
