import type { RunPace } from '../../training/RunPace';
import type { GoogleCloud } from '../GoogleCloud';
import { GoogleError, rpcStatus, type RpcStatus } from '../googleErrors';
import { beginOperation, finishOperation, type Operation } from './operations';

/** What a long-running operation is going to do. */
export interface OperationPlan {
  /** Name of the resource it works on. */
  resource: string;
  /** Message name of its metadata. */
  metadata: string;
  /** What one needs to cancel it: the permission that started it. Source: reference, google section 3.7. */
  permission: string;
  /** Does it, and gives the response; what it throws becomes the operation's error. */
  complete(): Record<string, unknown> | undefined;
  /** Deployment stages it goes through, the last ones being those of the end. */
  stages?: { running: readonly string[]; done: string; failed: string };
  /** It fails at its end. */
  willFail?: RpcStatus;
  /** Id of a deployed model that nobody else may take meanwhile. */
  reserves?: string;
  /** How long it takes, in shares of a training run. */
  share: number;
}

/** Deploying takes minutes, as an image is pulled and machines are started; a record is written in seconds. */
export const DEPLOYING = 0.5;
export const WRITING = 0.05;

/** Moves operations from their begin to their end. */
export class OperationTimers {
  private readonly plans = new Map<string, OperationPlan>();
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly cloud: GoogleCloud,
    private readonly pace: RunPace,
  ) {}

  /** Begins an operation; it ends by itself, unless time stands still. */
  begin(plan: OperationPlan): Operation {
    const { cloud } = this;
    const operation = beginOperation(cloud, plan.resource, plan.metadata);
    this.plans.set(operation.name, plan);
    const steps = plan.stages?.running ?? [''];
    this.showStage(operation, steps[0]);
    if (this.pace.manual && cloud.behaviour.deploySeconds === null)
      return operation;
    this.step(operation, steps, 1, this.milliseconds(plan) / steps.length);
    return operation;
  }

  /** Ends an operation now: well, or with an error. */
  end(operation: Operation, failure?: RpcStatus): void {
    const plan = this.plans.get(operation.name);
    this.forget(operation.name);
    if (!plan || operation.done) return;
    const error = failure ?? plan.willFail ?? this.complete(operation, plan);
    if (error) {
      operation.done = true;
      operation.error = error;
    }
    const { stages } = plan;
    if (stages) this.showStage(operation, error ? stages.failed : stages.done);
    else this.touch(operation);
  }

  /** Best effort, as at Google: what has not ended ends as cancelled. */
  cancel(operation: Operation): void {
    const stages = this.plans.get(operation.name)?.stages;
    this.end(operation, rpcStatus('CANCELLED', 'The operation was cancelled.'));
    if (stages) this.showStage(operation, 'DEPLOYMENT_TERMINATED');
  }

  /** What is under way on a resource. */
  runningOn(resource: string): Operation[] {
    return [...this.plans].flatMap(([name, plan]) =>
      plan.resource === resource ? [this.cloud.operations.get(name)!] : [],
    );
  }

  /** The plan of an operation that is under way. */
  planOf(operation: Operation): OperationPlan | undefined {
    return this.plans.get(operation.name);
  }

  /** Takes away what is under way on a resource without an end. */
  forgetResource(resource: string): void {
    for (const { name } of this.runningOn(resource)) {
      this.forget(name);
      this.cloud.operations.delete(name);
    }
  }

  close(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private complete(
    operation: Operation,
    plan: OperationPlan,
  ): RpcStatus | undefined {
    try {
      finishOperation(operation, plan.complete());
      return undefined;
    } catch (error) {
      if (error instanceof GoogleError)
        return rpcStatus(error.status, error.message);
      throw error;
    }
  }

  private step(
    operation: Operation,
    steps: readonly string[],
    next: number,
    milliseconds: number,
  ): void {
    const proceed = () => {
      if (next >= steps.length) {
        this.end(operation);
        return;
      }
      this.showStage(operation, steps[next]);
      this.step(operation, steps, next + 1, milliseconds);
    };
    this.timers.set(operation.name, setTimeout(proceed, milliseconds).unref());
  }

  private showStage(operation: Operation, stage: string): void {
    if (stage) operation.metadata.deploymentStage = stage;
    this.touch(operation);
  }

  private touch({ metadata }: Operation): void {
    metadata.genericMetadata = {
      ...(metadata.genericMetadata as object),
      updateTime: this.cloud.timestamp(),
    };
  }

  private forget(name: string): void {
    clearTimeout(this.timers.get(name));
    this.timers.delete(name);
    this.plans.delete(name);
  }

  private milliseconds({ share }: OperationPlan): number {
    const { deploySeconds } = this.cloud.behaviour;
    if (deploySeconds !== null)
      return deploySeconds * 1000 * (share / DEPLOYING);
    const { runSeconds, timeScale } = this.pace;
    return (runSeconds * 1000 * share) / timeScale;
  }
}
