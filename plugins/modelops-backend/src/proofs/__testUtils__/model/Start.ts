import type { AsyncCommand } from 'fast-check';
import type { StartRunRequest } from 'backstage-plugin-modelops-common';
import type { RunRow } from '../../../runs/runRow';
import type { Answer } from '../BarePortal';
import type { Bench } from './Bench';
import type { Model } from './Model';

/** What becomes of the request that starts the job. */
export type Fate = 'answered' | 'answer lost' | 'request lost';

/** Who asks for what with which key, and where. */
export interface StartPlan {
  replica: number;
  person: 'ada' | 'grace';
  key: number;
  epochs: number;
  fate: Fate;
  /** Where it stops; goes on to its end without. */
  holdAt?: string;
}

const RUN_NOW = { method: 'POST', path: '/api/2.2/jobs/run-now', count: 1 };
const ENTITIES = {
  ada: 'resource:default/fraud-detector',
  grace: 'resource:default/growth-uplift',
};

/** A person asks for a training; with a key used before it is the same click again, or somebody's mistake. */
export class Start implements AsyncCommand<Model, Bench> {
  constructor(private readonly plan: StartPlan) {}

  check(): boolean {
    return true;
  }

  async run(model: Model, bench: Bench): Promise<void> {
    const { replica, person, fate, holdAt } = this.plan;
    const earlier = await this.findRow(bench);
    const asking = await bench.askingOf(person);
    if (fate !== 'answered' && !model.outage)
      await bench.simulators.databricks.fault({
        ...RUN_NOW,
        effect: 'drop',
        commit: fate === 'answer lost',
      });
    const expected = this.expected(model, earlier);
    await bench.perform(
      replica,
      async portal => {
        const answer = await portal.start(asking, this.key, this.request);
        await this.judge(answer, bench, holdAt ? undefined : expected);
      },
      holdAt,
    );
    if (!model.outage) await bench.simulators.databricks.clearFaults();
    await model.look(bench);
  }

  toString(): string {
    const { replica, person, key, epochs, fate, holdAt } = this.plan;
    return `start(${person}, key ${key}, epochs ${epochs}, on ${replica}, ${fate}${
      holdAt ? `, stops at '${holdAt}'` : ''
    })`;
  }

  /** What has to be answered if nobody else is at it; undefined where the outage decides. */
  private expected(model: Model, earlier?: RunRow): string | undefined {
    if (earlier) return this.isSame(earlier) ? '202' : 'idempotency-key-reused';
    if (!model.mayTrain(this.plan)) return 'role-missing';
    return model.outage ? undefined : '202';
  }

  /** Whatever happened meanwhile: a promised run is there, is the one of this key, and is of this request. */
  private async judge(
    answer: Answer,
    bench: Bench,
    expected: string | undefined,
  ): Promise<void> {
    const row = await this.findRow(bench);
    const said = answer.status === 202 ? '202' : answer.code;
    if (expected !== undefined && said !== expected)
      bench.problem(`${this} was answered ${said}, not ${expected}`);
    if (answer.status === 202) {
      if (row?.run_id !== answer.runId)
        bench.problem(
          `${this} was promised ${answer.runId}, and has ${row?.run_id}`,
        );
      else if (!this.isSame(row))
        bench.problem(`${this} got the run of another request`);
    } else if (answer.code === 'internal') {
      bench.problem(`${this} ended with ${answer.message}`);
    }
  }

  private get key(): string {
    return `model-key-${this.plan.person}-${this.plan.key}`;
  }

  private get request(): StartRunRequest {
    const { person, epochs } = this.plan;
    return {
      entityRef: ENTITIES[person],
      action: 'train',
      operation: 'start',
      parameters: { epochs },
    };
  }

  private isSame(row: RunRow): boolean {
    return Number(JSON.parse(row.parameters).epochs) === this.plan.epochs;
  }

  private async findRow(bench: Bench): Promise<RunRow | undefined> {
    const rows = await bench.rows();
    return rows.find(row => row.idempotency_key === this.key);
  }
}
