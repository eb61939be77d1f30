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

/** Reads one filter from left to right, a method for each level of the grammar. */
class FilterReader {
  private readonly tokens: Token[];

  constructor(private readonly filter: string, private readonly kind: JobKind) {
    this.tokens = tokenize(filter);
  }

  read(): Test {
    const holds = this.conjunction();
    if (this.tokens.length > 0) throw invalidFilter(this.filter);
    return holds;
  }

  private conjunction(): Test {
    const tests = [this.disjunction()];
    while (this.takes('AND')) tests.push(this.disjunction());
    return job => tests.every(test => test(job));
  }

  private disjunction(): Test {
    const tests = [this.term()];
    while (this.takes('OR')) tests.push(this.term());
    return job => tests.some(test => test(job));
  }

  private term(): Test {
    if (this.takes('NOT')) {
      const test = this.term();
      return job => !test(job);
    }
    if (this.takes('(')) {
      const test = this.conjunction();
      if (!this.takes(')')) throw invalidFilter(this.filter);
      return test;
    }
    const token = this.tokens.shift();
    const test = token?.field !== undefined && comparison(token, this.kind);
    if (!test) throw invalidFilter(this.filter);
    return test;
  }

  private takes(word: string): boolean {
    const [next] = this.tokens;
    const fits = next?.word === word || next?.bracket === word;
    if (fits) this.tokens.shift();
    return fits;
  }
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
  return jobs.filter(new FilterReader(filter, kind).read());
}

function invalidFilter(filter: string) {
  return invalidArgument(`The filter "${filter}" is invalid.`);
}

function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (filter.slice(pattern.lastIndex).trim() !== '') {
    const found = pattern.exec(filter);
    if (!found) throw invalidFilter(filter);
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
