import { JOB_STATES } from '../../handles/googleTrainingTypes';
import { invalidArgument } from '../googleErrors';
import { toJsonName } from '../messages/readMessage';
import { stateName, type JobKind, type TrainingJob } from './jobs';

type Test = (job: TrainingJob) => boolean;

const TOKEN =
  /\s*(?:(?<word>AND|OR|NOT)(?=[\s(])|(?<bracket>[()])|(?<field>[a-zA-Z_]+(?:\.(?:"[^"]*"|[\w-]+))?)\s*(?<operator><=|>=|!=|=|<|>|:)\s*(?<value>"[^"]*"|[^\s()"]+))/y;

interface Token {
  word?: string;
  bracket?: string;
  field?: string;
  operator?: string;
  value?: string;
}

/**
 * Those jobs that a list filter lets through: `display_name`, `state`, `create_time` and `labels.key`, joined with AND,
 * OR, NOT and brackets; OR binds closer than AND (google.aip.dev/160). Source: ListCustomJobsRequest.filter.
 */
export function filteredJobs(
  jobs: TrainingJob[],
  filter: string | undefined,
  kind: JobKind,
): TrainingJob[] {
  if (!filter?.trim()) return jobs;
  const tokens = tokenize(filter);
  const fail = () => invalidArgument(`The filter "${filter}" is invalid.`);
  const takes = (word: string) => {
    const fits = tokens[0]?.word === word || tokens[0]?.bracket === word;
    if (fits) tokens.shift();
    return fits;
  };
  const conjunction = (): Test => {
    const tests = [disjunction()];
    while (takes('AND')) tests.push(disjunction());
    return job => tests.every(test => test(job));
  };
  const disjunction = (): Test => {
    const tests = [negation()];
    while (takes('OR')) tests.push(negation());
    return job => tests.some(test => test(job));
  };
  const negation = (): Test => {
    if (takes('NOT')) {
      const test = negation();
      return job => !test(job);
    }
    if (takes('(')) {
      const test = conjunction();
      if (!takes(')')) throw fail();
      return test;
    }
    const token = tokens.shift();
    const test = token?.field !== undefined && comparison(token, kind);
    if (!test) throw fail();
    return test;
  };
  const holds = conjunction();
  if (tokens.length > 0) throw fail();
  return jobs.filter(holds);
}

function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (filter.slice(pattern.lastIndex).trim() !== '') {
    const found = pattern.exec(filter);
    if (!found) throw invalidArgument(`The filter "${filter}" is invalid.`);
    tokens.push({ ...found.groups });
  }
  return tokens;
}

function comparison(token: Token, kind: JobKind): Test | undefined {
  const { field, operator, value } = token as Required<Token>;
  const wanted = unquoted(value);
  if (field.startsWith('labels.')) {
    const key = unquoted(field.slice('labels.'.length));
    if (operator === ':' && wanted === '*')
      return job => Object.hasOwn(job.asked.labels ?? {}, key);
    if (operator === '=') return job => job.asked.labels?.[key] === wanted;
    if (operator === '!=') return job => job.asked.labels?.[key] !== wanted;
    return undefined;
  }
  switch (toJsonName(field)) {
    case 'displayName': {
      if (operator === ':') {
        const pattern = wildcard(wanted);
        return job => pattern.test(job.asked.displayName ?? '');
      }
      return equality(operator, job => job.asked.displayName ?? '', wanted);
    }
    case 'state': {
      const prefix = kind === 'customJobs' ? 'JOB_STATE_' : 'PIPELINE_STATE_';
      const known = JOB_STATES.some(state => prefix + state === wanted);
      return known ? equality(operator, stateName, wanted) : undefined;
    }
    case 'createTime':
      return timeComparison(operator, Date.parse(wanted));
    default:
      return undefined;
  }
}

function equality(
  operator: string,
  read: (job: TrainingJob) => string,
  wanted: string,
): Test | undefined {
  if (operator === '=') return job => read(job) === wanted;
  if (operator === '!=') return job => read(job) !== wanted;
  return undefined;
}

function timeComparison(operator: string, wanted: number): Test | undefined {
  if (Number.isNaN(wanted)) return undefined;
  const read = (job: TrainingJob) => Date.parse(job.createTime);
  switch (operator) {
    case '=':
      return job => read(job) === wanted;
    case '<':
      return job => read(job) < wanted;
    case '<=':
      return job => read(job) <= wanted;
    case '>':
      return job => read(job) > wanted;
    case '>=':
      return job => read(job) >= wanted;
    default:
      return undefined;
  }
}

function wildcard(text: string): RegExp {
  const parts = text
    .split('*')
    .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, '$1');
}
