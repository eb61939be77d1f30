import { performance } from 'node:perf_hooks';
import {
  type Asker,
  createRoleMapping,
  decideRole,
  type RoleQuestion,
} from '../backendInternals';
import { type Measured, summarise } from '../measure';
import type { Settings } from '../settings';
import { figure, measuredRow, type Row } from '../table';
import { MATCHERS, startCasbin } from './casbinEngine';
import { type Company, foundCompany } from './company';

type Engine = (asker: Asker, question: RoleQuestion) => boolean;

/** An engine and what it is asked. */
interface Task {
  questions: Company['questions'];
  decide: Engine;
}

/** Milliseconds of deciding per round; casbin gets as long as it needs for a few decisions. */
const ROUND_MS = 400;
const FEWEST = 4;
/** Different questions, so that neither engine is asked the same again and again. */
const QUESTIONS = 10_000;
/** Design aims: 10,000 rules cost at most this many times what 10 do, and this many times less than with casbin. */
const AIM_FLAT = 2;
const AIM_TIMES = 1_000;

/** Decisions of the role mapping and of casbin about the same questions. */
export async function benchmarkDecision(settings: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  const own: Task[] = [];
  for (const { count, comparisons } of settings.rules) {
    const company = foundCompany(count, QUESTIONS);
    const mapping = createRoleMapping(company.roles);
    const ours: Engine = (asker, question) =>
      decideRole(mapping, asker, question).allowed;
    const casbin = await startCasbin(company, MATCHERS.usual);
    const allowed = requireSame(company, comparisons, ours, casbin);
    const engines = [
      ours,
      casbin,
      await startCasbin(company, MATCHERS.quickest),
    ];
    const tasks = engines.map(decide => ({
      questions: company.questions,
      decide,
    }));
    const [us, them, quickest] = measure(tasks, settings.rounds);
    own.push(tasks[0]);
    const times = us.median / them.median;
    const row = { benchmark: 'Role decision' };
    const isMost = count === 10_000;
    rows.push(
      measuredRow(
        {
          ...row,
          case: `${figure(count)} rules, role mapping`,
          aim: isMost
            ? {
                text: `≥ ${figure(AIM_TIMES)}× casbin`,
                met: times >= AIM_TIMES,
              }
            : undefined,
        },
        us,
        'decisions/s',
        `, ${figure(times)}× casbin; same answers to ${figure(
          comparisons,
        )} requests, ${Math.round((allowed / comparisons) * 100)} % yes`,
      ),
      measuredRow(
        { ...row, case: `${figure(count)} rules, casbin` },
        them,
        'decisions/s',
        `; ${figure(quickest.median)} with the quickest order of comparing`,
      ),
    );
  }
  // Once more, few rules and many in turn: above, minutes and the work of casbin lie between them.
  const [few, many] = measure([own[0], own[own.length - 1]], settings.rounds);
  const flat = few.median / many.median;
  const { rules } = settings;
  rows.push({
    benchmark: 'Role decision, cost',
    case: `${figure(rules[rules.length - 1].count)} rules over ${figure(
      rules[0].count,
    )}`,
    result: `${figure(flat)}×`,
    aim: { text: `≤ ${AIM_FLAT}×`, met: flat <= AIM_FLAT },
  });
  return rows;
}

/** Throws where the two differ; gives how often the answer was yes. */
function requireSame(
  { questions }: Company,
  comparisons: number,
  ours: Engine,
  theirs: Engine,
): number {
  let allowed = 0;
  for (const { asker, question } of questions.slice(0, comparisons)) {
    const answer = ours(asker, question);
    if (answer !== theirs(asker, question))
      throw new Error(
        `The mapping says ${answer} and casbin does not: ${JSON.stringify([
          asker,
          question,
        ])}`,
      );
    if (answer) allowed += 1;
  }
  return allowed;
}

/** Decisions per second of each task, in turn. */
function measure(tasks: readonly Task[], rounds: number): Measured[] {
  const rates = tasks.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, { questions, decide }] of tasks.entries()) {
      const started = performance.now();
      let decisions = 0;
      let ms = 0;
      while (ms < ROUND_MS || decisions < FEWEST) {
        const { asker, question } = questions[decisions % questions.length];
        decide(asker, question);
        decisions += 1;
        ms = performance.now() - started;
      }
      rates[at].push((decisions / ms) * 1_000);
    }
  }
  return rates.map(summarise);
}
