import type { Message } from '../messages/readMessage';

/** What the training code was told, by arguments and environment or by pipeline parameters. */
export interface TrainingOrder {
  /** Texts, as the code reads them. */
  hyperparameters: Record<string, string>;
  /** Parent model: id or resource name. */
  model: string;
  runId?: string;
}

/** The image of the demo; any tag of it is there. */
const IMAGE =
  /^europe-west4-docker\.pkg\.dev\/ml-demo\/training\/forecast-trainer(?::[\w.-]+|@sha256:[0-9a-f]{64})?$/;

/** What the training code finds when it begins, or why it ends at once. */
export function readTrainingOrder(
  kind: 'customJobs' | 'pipelineJobs',
  asked: Message,
): TrainingOrder | { problem: string } {
  return kind === 'customJobs'
    ? orderOfContainer(asked.jobSpec?.workerPoolSpecs?.[0]?.containerSpec)
    : orderOfPipeline(asked.runtimeConfig?.parameterValues ?? {});
}

function orderOfContainer(
  container: Message | undefined,
): TrainingOrder | { problem: string } {
  if (!container || !IMAGE.test(container.imageUri))
    return { problem: `There is no image ${container?.imageUri}` };
  const flags: Record<string, string> = {};
  const args: string[] = (container.args ?? []).flatMap((arg: string) =>
    /^--[^=]+=/.test(arg)
      ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]
      : [arg],
  );
  for (let at = 0; at < args.length; at += 2) {
    if (args[at] !== '--epochs' && args[at] !== '--learning-rate')
      return { problem: `error: unrecognized arguments: ${args[at]}` };
    if (args[at + 1] === undefined)
      return { problem: `error: argument ${args[at]}: expected one argument` };
    flags[args[at]] = args[at + 1];
  }
  const env = new Map<string, string>(
    (container.env ?? []).map((entry: Message) => [entry.name, entry.value]),
  );
  return checked(
    flags['--epochs'],
    flags['--learning-rate'],
    env.get('MODEL'),
    env.get('MODELOPS_RUN_ID'),
  );
}

function orderOfPipeline(values: Message): TrainingOrder | { problem: string } {
  const known = ['epochs', 'learning_rate', 'model', 'run_id'];
  const unknown = Object.keys(values).find(name => !known.includes(name));
  if (unknown !== undefined)
    return { problem: `The pipeline has no parameter ${unknown}` };
  const text = (name: string) =>
    values[name] === undefined ? undefined : String(values[name]);
  return checked(
    text('epochs'),
    text('learning_rate'),
    text('model'),
    text('run_id'),
  );
}

function checked(
  epochs: string | undefined,
  learningRate: string | undefined,
  model: string | undefined,
  runId: string | undefined,
): TrainingOrder | { problem: string } {
  if (!model) return { problem: 'error: the parent model is not set' };
  return {
    hyperparameters: {
      epochs: epochs ?? '10',
      learning_rate: learningRate ?? '0.3',
    },
    model,
    ...(runId && { runId }),
  };
}
