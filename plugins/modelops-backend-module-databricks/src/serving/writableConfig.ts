import { isDeepStrictEqual } from 'node:util';
import { stringifyDatabricksJson } from '../databricksJson';

// PUT config replaces all that an endpoint serves, so what is not changed has to be sent back as it came.

/** A JSON object as it came, numbers with all their digits. @internal */
export type Raw = Record<string, unknown>;

/** What is written: the body of PUT config. @internal */
export interface WritableConfig extends Raw {
  served_entities: Raw[];
  traffic_config: Raw & { routes: Raw[] };
}

/** The config to begin a change with; or, in a sentence, why it cannot be written back without a loss. @internal */
export type CarriedOver =
  | { ok: true; config: WritableConfig }
  | { ok: false; problem: string };

/**
 * Fields that Databricks only tells. Everything else is written back, also what we do not know: a setting is kept, and a
 * field that cannot be written is ignored or refused there, which loses nothing either.
 * Source: `ServedEntityOutput` and `EndpointCoreConfigOutput` of the SDK for Python.
 */
const TOLD_ONLY = {
  config: ['config_version', 'start_time', 'served_models'],
  entity: ['creation_timestamp', 'creator', 'state', 'foundation_model'],
  capture: ['state'],
};

/** What a config has to be without: what Databricks does not tell again. @internal */
export function carryOver(raw: unknown): CarriedOver {
  const config = asRaw(raw) ?? {};
  const entities = asRaws(config.served_entities ?? []);
  const traffic = asRaw(config.traffic_config ?? {});
  const routes = asRaws(traffic?.routes ?? []);
  if (
    !entities ||
    !traffic ||
    !routes ||
    (!config.served_entities && config.served_models)
  )
    return problem('it is described in a way we do not understand');
  for (const entity of entities) {
    const why = problemWith(entity);
    if (why) return problem(`'${entity.name}' ${why}`);
  }
  const capture = asRaw(config.auto_capture_config);
  return {
    ok: true,
    config: {
      ...without(config, TOLD_ONLY.config),
      ...(capture && {
        auto_capture_config: without(capture, TOLD_ONLY.capture),
      }),
      served_entities: entities.map(entity =>
        without(entity, TOLD_ONLY.entity),
      ),
      traffic_config: { ...traffic, routes },
    },
  };
}

/** Why an entity cannot be written back as it is. */
function problemWith(entity: Raw): string | undefined {
  if (entity.external_model)
    return 'is an external model, whose keys Databricks does not tell; it would lose them';
  if (typeof entity.entity_name !== 'string')
    return 'is not a version of a model';
  const variables = Object.values(asRaw(entity.environment_vars) ?? {});
  return variables.some(isMasked)
    ? 'has environment variables that Databricks does not tell you; it would lose them'
    : undefined;
}

/** A value that stands for one that is not shown. */
function isMasked(value: unknown): boolean {
  return (
    typeof value !== 'string' || /^\*+$|^[[<(]?redacted[\])>]?$/i.test(value)
  );
}

/**
 * Where what came back differs from what was sent, if anywhere. Settings that were sent count, those that Databricks adds do
 * not.
 * @internal
 */
export function findLoss(
  sent: WritableConfig,
  came: WritableConfig,
): string | undefined {
  const names = (config: WritableConfig) =>
    config.served_entities.map(({ name }) => String(name)).sort();
  if (!isDeepStrictEqual(names(sent), names(came)))
    return 'it serves other things than were asked for';
  for (const entity of sent.served_entities) {
    const other = came.served_entities.find(
      ({ name }) => name === entity.name,
    )!;
    const field = Object.keys(entity).find(
      key => !isSame(entity[key], other[key]),
    );
    if (field) return `'${entity.name}' has another ${field.slice(0, 40)}`;
  }
  return undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other));
}

/** `5` and `5.0`, absent and null are the same; numbers come as `LosslessNumber`. */
function comparable(value: unknown): unknown {
  return JSON.parse(stringifyDatabricksJson({ value: value ?? null })).value;
}

function without(raw: Raw, names: readonly string[]): Raw {
  return Object.fromEntries(
    Object.entries(raw).filter(([name]) => !names.includes(name)),
  );
}

function asRaw(value: unknown): Raw | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Raw)
    : undefined;
}

function asRaws(value: unknown): Raw[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const raws = value.map(asRaw);
  return raws.every(raw => raw !== undefined) ? (raws as Raw[]) : undefined;
}

function problem(sentence: string): CarriedOver {
  return { ok: false, problem: sentence };
}
