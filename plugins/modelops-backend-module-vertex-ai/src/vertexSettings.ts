import { hostSchema } from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import { trainingTemplatesSchema } from './training/trainingTemplate';

/** A project by its id or its number; a number may be written without quotes. */
const projectNumberSchema = z.union([
  z.string().regex(/^[0-9]{1,20}$/, 'must be the number of a project'),
  z.int().positive().transform(String),
]);

/** Keys of a connection with `platform: vertex-ai`, beside the common ones. The backend checks what ends in `Host`. @internal */
export const connectionSettings = z.object({
  project: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      'must be the id of a project, such as ml-prod; its number goes into projectNumber',
    ),
  projectNumber: projectNumberSchema.optional(),
  location: z
    .string()
    .regex(
      /^[a-z]+-[a-z]+[0-9]{1,2}$/,
      'must be a region, such as europe-west4',
    ),
  host: hostSchema.optional(),
  stsHost: hostSchema.default('https://sts.googleapis.com'),
  iamCredentialsHost: hostSchema.default(
    'https://iamcredentials.googleapis.com',
  ),
  loggingHost: hostSchema.default('https://logging.googleapis.com'),
  storageHost: hostSchema.default('https://storage.googleapis.com'),
  consoleHost: hostSchema.default('https://console.cloud.google.com'),
  predictionHost: hostSchema.optional(),
  trainingTemplates: trainingTemplatesSchema.default({}),
});

/** Keys of a connection, with their defaults. @internal */
export type VertexSettings = z.output<typeof connectionSettings> & {
  host: string;
};

/** Settings with the host that follows from the location where none is given. @internal */
export function toVertexSettings(
  settings: z.output<typeof connectionSettings>,
): VertexSettings {
  return {
    ...settings,
    host:
      settings.host ?? `https://${settings.location}-aiplatform.googleapis.com`,
  };
}
