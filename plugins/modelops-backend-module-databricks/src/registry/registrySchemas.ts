import { z } from 'zod';
import { listOf, pageToken, text, time } from '../databricksSchemas';

// Unity Catalog writes a version as a number, the workspace registry as text; both count up from 1.

const versionNumber = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^[0-9]{1,15}$/)
      .transform(Number),
  ])
  .refine(version => version >= 0);

/** An id of MLflow: hexadecimal today, and it goes into links. */
const mlflowId = z
  .string()
  .nullish()
  .transform(id => (id && /^[A-Za-z0-9_-]{1,128}$/.test(id) ? id : undefined));

const catalogAliases = listOf(
  z.object({ alias_name: z.string(), version_num: versionNumber.nullish() }),
);

/** A version of Unity Catalog. @internal */
export const catalogVersionSchema = z
  .object({
    version: versionNumber,
    status: text,
    comment: text,
    run_id: mlflowId,
    created_at: time,
    created_by: text,
    aliases: catalogAliases,
  })
  .transform(one => ({
    version: one.version,
    status: one.status,
    description: one.comment,
    mlflowRunId: one.run_id,
    createdAt: one.created_at,
    createdBy: one.created_by,
    aliases: one.aliases.map(({ alias_name }) => alias_name),
  }));
/** A version as its registry tells of it, whichever registry it is. @internal */
export type RegistryVersion = z.output<typeof catalogVersionSchema>;

/** A page of the versions of a Unity Catalog model. @internal */
export const catalogVersionsSchema = z
  .object({
    model_versions: listOf(catalogVersionSchema),
    next_page_token: pageToken,
  })
  .transform(page => ({
    versions: page.model_versions,
    next_page_token: page.next_page_token,
  }));

/** A model of Unity Catalog. @internal */
export const catalogModelSchema = z.object({
  full_name: z.string(),
  owner: text,
  comment: text,
  created_at: time,
  updated_at: time,
  browse_only: z.boolean().nullish(),
  aliases: catalogAliases,
});

/** A page of Unity Catalog models. @internal */
export const catalogModelsSchema = z.object({
  registered_models: listOf(catalogModelSchema),
  next_page_token: pageToken,
});

const tags = listOf(z.object({ key: z.string(), value: text }));

/** Tags of a Unity Catalog model, which its own API leaves out. @internal */
export const catalogTagsSchema = z.object({
  registered_model: z.object({ tags }),
});

const workspaceVersionSchema = z
  .object({
    version: versionNumber,
    status: text,
    description: text,
    run_id: mlflowId,
    creation_timestamp: time,
    user_id: text,
    /** Open-source MLflow has them. */
    aliases: listOf(z.string()),
  })
  .transform(
    (one): RegistryVersion => ({
      version: one.version,
      status: one.status,
      description: one.description,
      mlflowRunId: one.run_id,
      createdAt: one.creation_timestamp,
      createdBy: one.user_id,
      aliases: one.aliases,
    }),
  );

/** Answer of model-versions/get. @internal */
export const workspaceVersionAnswerSchema = z.object({
  model_version: workspaceVersionSchema,
});

/** A page of model-versions/search. @internal */
export const workspaceVersionsSchema = z
  .object({
    model_versions: listOf(workspaceVersionSchema),
    next_page_token: pageToken,
  })
  .transform(page => ({
    versions: page.model_versions,
    next_page_token: page.next_page_token,
  }));

/** A page of registered-models/search. @internal */
export const workspaceModelsSchema = z.object({
  registered_models: listOf(
    z.object({
      name: z.string(),
      description: text,
      user_id: text,
      creation_timestamp: time,
      last_updated_timestamp: time,
      tags,
    }),
  ),
  next_page_token: pageToken,
});

/** All endpoints; the list has no pages, and its configs are summaries. @internal */
export const endpointsSchema = z.object({
  endpoints: listOf(
    z.object({
      name: z.string(),
      description: text,
      creator: text,
      creation_timestamp: time,
      last_updated_timestamp: time,
      tags,
      config: z
        .object({ served_entities: listOf(z.object({ entity_name: text })) })
        .nullish(),
    }),
  ),
});
