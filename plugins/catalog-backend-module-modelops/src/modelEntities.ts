import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  type Entity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import {
  BINDING_ANNOTATIONS,
  type RegisteredModel,
} from 'backstage-plugin-modelops-common';
import { entityNameOf } from './entityName';
import { toEntityTags } from './entityTags';
import type {
  EntityShape,
  IngestionConfig,
  OwnerRule,
} from './IngestionConfig';
import { toPlainText } from './plainText';

const MAX_TITLE = 120;
const MAX_DESCRIPTION = 1_000;
const MAX_URL = 2_000;
/** Longest annotation that modelops looks at. Source: modelops-backend, bindings.ts. */
const MAX_ANNOTATION = 600;

/** Where everything of a provider comes from; `modelops.trustedLocations` and the guard against removals go by it. */
export function originLocationOf(
  config: Pick<IngestionConfig, 'connection' | 'id'>,
): string {
  return `modelops:${config.connection}?provider=${config.id}`;
}

/**
 * The entities of what a connection holds. Annotations, owner, kind and references are made of app-config and of canonical
 * resources; of what people write on the platform (tags, descriptions) nothing gets there. In the order of the resources, so
 * that the same models always make the same entities.
 */
export function toEntities(
  listed: readonly RegisteredModel[],
  config: IngestionConfig,
): { entities: Entity[]; skipped: number } {
  const usable = listed
    .filter(item => bindingOf(item, config).length <= MAX_ANNOTATION)
    .sort((a, b) => compare(a.resource, b.resource));
  const models = usable.filter(
    item => item.kind === 'model' && isTaken(item, config),
  );
  const modelRefs = new Map(
    models.map(item => [item.resource, refOf(item, config.models, config)]),
  );
  const endpoints = config.endpoints
    ? usable.filter(
        item =>
          item.kind === 'endpoint' &&
          (isTaken(item, config) ||
            (!isExcluded(item, config) && servedRefs(item, modelRefs).length)),
      )
    : [];
  const endpointsOf = groupByModel(endpoints);
  const entities = [
    ...models.map(item =>
      toEntity(item, config.models, config, {
        [BINDING_ANNOTATIONS.model]: bindingOf(item, config),
        [BINDING_ANNOTATIONS.deploy]: bindingList(
          endpointsOf.get(item.resource) ?? [],
          config,
        ),
      }),
    ),
    ...endpoints.map(item =>
      toEntity(
        item,
        config.endpoints!,
        config,
        { [BINDING_ANNOTATIONS.serve]: bindingOf(item, config) },
        servedRefs(item, modelRefs),
      ),
    ),
  ];
  return { entities, skipped: listed.length - entities.length };
}

function isTaken(item: RegisteredModel, config: IngestionConfig): boolean {
  return (
    config.include.some(pattern => pattern.matches(item.name)) &&
    !isExcluded(item, config)
  );
}

function isExcluded(item: RegisteredModel, config: IngestionConfig): boolean {
  return config.exclude.some(pattern => pattern.matches(item.name));
}

function servedRefs(
  item: RegisteredModel,
  modelRefs: ReadonlyMap<string, string>,
): string[] {
  const refs = (item.serves ?? []).flatMap(
    resource => modelRefs.get(resource) ?? [],
  );
  return [...new Set(refs)].sort();
}

/** Endpoints by the model they serve, oldest first: an endpoint that somebody adds never becomes the default of a model. */
function groupByModel(
  endpoints: readonly RegisteredModel[],
): Map<string, RegisteredModel[]> {
  // One whose age is not known goes last.
  const oldestFirst = [...endpoints].sort((a, b) =>
    compare(a.createdAt ?? '~', b.createdAt ?? '~'),
  );
  const groups = new Map<string, RegisteredModel[]>();
  for (const endpoint of oldestFirst) {
    for (const resource of new Set(endpoint.serves)) {
      const group = groups.get(resource);
      if (group) group.push(endpoint);
      else groups.set(resource, [endpoint]);
    }
  }
  return groups;
}

function toEntity(
  item: RegisteredModel,
  shape: EntityShape,
  config: IngestionConfig,
  bindings: Record<string, string | undefined>,
  dependsOn: string[] = [],
): Entity {
  const description = toPlainText(item.description, MAX_DESCRIPTION);
  const tags = toEntityTags(item.tags);
  const url = consoleUrl(item.url);
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: shape.kind,
    metadata: {
      namespace: config.namespace,
      name: nameOf(item, config),
      title: toPlainText(item.name, MAX_TITLE) ?? item.kind,
      ...(description && { description }),
      ...(tags.length > 0 && { tags }),
      ...(url && { links: [{ url, title: 'Console of the platform' }] }),
      annotations: {
        [ANNOTATION_LOCATION]: `modelops:${config.connection}/${item.resource}`,
        [ANNOTATION_ORIGIN_LOCATION]: originLocationOf(config),
        ...Object.fromEntries(
          Object.entries(bindings).filter(
            (entry): entry is [string, string] => entry[1] !== undefined,
          ),
        ),
      },
    },
    spec: {
      type: shape.type,
      owner: ownerOf(item, config.owner),
      ...(shape.kind !== 'Resource' && { lifecycle: config.lifecycle }),
      ...(config.system && { system: config.system }),
      ...(dependsOn.length > 0 && { dependsOn }),
    },
  };
}

/** Who owns it: what the mapping says of the tag, else of the platform's owner, else nobody in particular. */
function ownerOf(item: RegisteredModel, rule: OwnerRule): string {
  for (const value of [own(item.tags, rule.tag), item.owner]) {
    const mapped = value === undefined ? undefined : own(rule.mapping, value);
    if (mapped !== undefined) return mapped;
  }
  return rule.default;
}

/** A key that somebody chose on the platform may be called `constructor`. */
function own(
  record: Readonly<Record<string, string>>,
  key: string,
): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function nameOf(item: RegisteredModel, config: IngestionConfig): string {
  // Where both become the same kind, only models keep their names.
  const apart = config.endpoints?.kind !== config.models.kind;
  const plainKind = item.kind === 'model' || apart ? item.kind : undefined;
  return entityNameOf(item.resource, plainKind);
}

function refOf(
  item: RegisteredModel,
  { kind }: EntityShape,
  config: IngestionConfig,
): string {
  return stringifyEntityRef({
    kind,
    namespace: config.namespace,
    name: nameOf(item, config),
  });
}

function bindingOf(
  item: RegisteredModel,
  { connection }: IngestionConfig,
): string {
  return `${connection}:${item.resource}`;
}

/** As many as an annotation takes; undefined for none. */
function bindingList(
  items: readonly RegisteredModel[],
  config: IngestionConfig,
): string | undefined {
  let list = '';
  for (const item of items) {
    const longer = list
      ? `${list},${bindingOf(item, config)}`
      : bindingOf(item, config);
    if (longer.length > MAX_ANNOTATION) break;
    list = longer;
  }
  return list || undefined;
}

/** The module has checked the host; a browser must not be led elsewhere by anything else in it. */
function consoleUrl(text: string | undefined): string | undefined {
  if (!text || text.length > MAX_URL || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' && !url.username && !url.password
    ? url.href
    : undefined;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
