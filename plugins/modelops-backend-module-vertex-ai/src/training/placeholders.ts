/** Our id of the run, where a template wants it. @internal */
export const RUN_ID_PLACEHOLDER = 'modelops.runId';

/** A part of a job, from its root: `['jobSpec', 'workerPoolSpecs', 0, 'containerSpec', 'args', 1]`. @internal */
export type JobPath = readonly (string | number)[];

/** Where a value goes. @internal */
export interface Place {
  path: JobPath;
  /** Name of the parameter, or `modelops.runId`. */
  name: string;
}

const WHOLE = /^\{\{ ?([A-Za-z_][A-Za-z0-9_.]{0,79}) ?\}\}$/;
/** Kubeflow writes `{{$.inputs…}}` into compiled pipelines, which is none of our business. */
const OURS = /\{\{(?!\$)/;

/** Places whose whole value is a placeholder. @internal */
export function placesOf(job: unknown): Place[] {
  const places: Place[] = [];
  visit(job, [], (path, text) => {
    const name = WHOLE.exec(text)?.[1];
    if (name !== undefined) places.push({ path, name });
  });
  return places;
}

/** Whether any value may stand here (design §7): what a program is told, but not which program it is, where or as whom. */
function takesAnyValue(path: JobPath): boolean {
  const pattern = path
    .map(step => (typeof step === 'number' ? '#' : step))
    .join('/');
  return (
    /^jobSpec\/workerPoolSpecs\/#\/(containerSpec|pythonPackageSpec)\/(args\/#|env\/#\/value)$/.test(
      pattern,
    ) || isPipelineParameter(path)
  );
}

/** Values of a pipeline keep their type; everything else is text. @internal */
export function isPipelineParameter(path: JobPath): boolean {
  return (
    path.length === 3 &&
    path[0] === 'runtimeConfig' &&
    path[1] === 'parameterValues'
  );
}

/** What a template's placeholders look like from outside. */
interface Template {
  customJob?: unknown;
  pipelineJob?: unknown;
  parameters: Readonly<Record<string, { enum?: unknown }>>;
}

/** Everything that is wrong with the placeholders of a template, each with its path. @internal */
export function checkPlaceholders(
  template: Template,
): { path: (string | number)[]; message: string }[] {
  const problems: { path: (string | number)[]; message: string }[] = [];
  const used = new Set<string>();
  for (const kind of ['customJob', 'pipelineJob'] as const)
    visit(template[kind], [], (path, text) => {
      if (!OURS.test(text)) return;
      const name = WHOLE.exec(text)?.[1];
      if (name !== undefined) used.add(name);
      const message = placeholderProblem(template, path, name);
      if (message) problems.push({ path: [kind, ...path], message });
    });
  for (const name of Object.keys(template.parameters))
    if (!used.has(name))
      problems.push({
        path: ['parameters', name],
        message: `is not used; write '{{${name}}}' where its value goes, or remove it`,
      });
  return problems;
}

function placeholderProblem(
  { parameters }: Template,
  path: JobPath,
  name: string | undefined,
): string | undefined {
  if (name === undefined)
    return "holds a part of a placeholder; '{{name}}' has to be the whole value";
  const known = Object.hasOwn(parameters, name);
  if (name !== RUN_ID_PLACEHOLDER && !known)
    return `names a parameter '${name}' that the template does not declare; declared: ${
      Object.keys(parameters).join(', ') || 'none'
    }`;
  if (takesAnyValue(path) || (known && parameters[name].enum)) return undefined;
  return 'may hold a placeholder only of a parameter with an enum; other values go into args, env or parameterValues, so that nobody chooses the image, the account or the machine';
}

/** Each text of a job; names of its fields count as texts, too, because a placeholder there would be replaced by nothing. */
function visit(
  value: unknown,
  path: JobPath,
  look: (path: JobPath, text: string) => void,
): void {
  if (typeof value === 'string') look(path, value);
  else if (Array.isArray(value))
    value.forEach((one, at) => visit(one, [...path, at], look));
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) {
      if (OURS.test(key)) look([...path, key], `${key} `);
      visit(one, [...path, key], look);
    }
}

/** A copy of a job with values in its places. @internal */
export function fill<T>(
  job: T,
  valueOf: (place: Place) => string | number | boolean,
): T {
  const places = placesOf(job);
  const copy = structuredClone(job);
  for (const place of places) {
    const value = valueOf(place);
    setAt(
      copy,
      place.path,
      isPipelineParameter(place.path) ? value : asText(value),
    );
  }
  return copy;
}

/** A value as an argument or a variable: numbers as decimals, because not every program reads `1e-7`. @internal */
export function asText(value: string | number | boolean): string {
  return typeof value === 'number'
    ? value.toLocaleString('en-US', {
        useGrouping: false,
        maximumFractionDigits: 100,
      })
    : String(value);
}

function setAt(job: unknown, path: JobPath, value: unknown): void {
  const parent = valueAt(job, path.slice(0, -1)) as Record<
    string | number,
    unknown
  >;
  parent[path[path.length - 1]] = value;
}

/** What a job holds at a place; undefined where it has no such part. @internal */
export function valueAt(job: unknown, path: JobPath): unknown {
  return path.reduce<unknown>(
    (part, step) =>
      typeof part === 'object' && part !== null && Object.hasOwn(part, step)
        ? (part as Record<string | number, unknown>)[step]
        : undefined,
    job,
  );
}
