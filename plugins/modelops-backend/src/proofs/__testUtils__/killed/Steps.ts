import type { Knex } from 'knex';

/** Where a process dies: the nth time from now that it comes by the step, or by any step if none is named. */
export interface DeadlyStep {
  step?: string;
  nth: number;
}

/** What this process comes by, one name after the other. It can be told to die at one of them, as by `kill -9`. */
export class Steps {
  private passed: string[] = [];
  private deadly?: DeadlyStep;

  /** Counted from here on. */
  dieAt(deadly: DeadlyStep): void {
    this.deadly = { ...deadly };
  }

  /** Steps since the last call. */
  take(): string[] {
    const { passed } = this;
    this.passed = [];
    return passed;
  }

  readonly pass = (step: string): void => {
    this.passed.push(step);
    const { deadly } = this;
    if (!deadly || (deadly.step ?? step) !== step) return;
    deadly.nth -= 1;
    // Not catchable, and over before the next line: nothing is flushed, closed or rolled back by us.
    if (deadly.nth === 0) process.kill(process.pid, 'SIGKILL');
  };
}

/** An id that the platform made, which is another one each time. */
const MADE_ID = /[0-9a-f]{32}/;

/** `fetch` with a step before each request is sent and one after its whole answer has come. */
export function steppedFetch(
  send: typeof fetch,
  pass: (name: string) => void,
): typeof fetch {
  return async (input, init) => {
    const { pathname } = new URL(
      input instanceof Request ? input.url : String(input),
    );
    const name = `${init?.method ?? 'GET'} ${pathname.replace(MADE_ID, '*')}`;
    pass(`before ${name}`);
    try {
      const { status, headers, body } = await wholeAnswer(send(input, init));
      pass(`after ${name}`);
      return new Response(body, { status, headers });
    } catch (error) {
      pass(`without an answer to ${name}`);
      throw error;
    }
  };
}

async function wholeAnswer(sent: Promise<Response>) {
  const response = await sent;
  const body = await response.arrayBuffer();
  return {
    status: response.status,
    headers: response.headers,
    body: body.byteLength > 0 ? body : null, // a 204 must not have one
  };
}

const WRITE =
  /^(insert into|update|delete from) [`"]?(\w+)[`"]?(?: set (.*?) where )?/i;

/** Steps around each write outside a transaction, which is a commit of its own. The ledger tells of its own commits. */
export function stepAtWrites(knex: Knex, pass: (name: string) => void): void {
  // By what is sent on each connection: knex's own mark of a transaction stays on the connection when that is over.
  const inTransaction = new Set<string>();
  const nameOf = ({ sql, __knexUid: connection }: Query) => {
    const [, verb, table, set] =
      (!inTransaction.has(connection) && WRITE.exec(sql)) || [];
    // With the columns: taking a lease and giving it back are two things.
    const columns = set?.match(/\w+(?=[`"]? =)/g)?.sort() ?? [];
    return verb && [verb.toLowerCase(), table, ...columns].join(' ');
  };
  knex.on('query', (query: Query) => {
    if (/^begin/i.test(query.sql)) inTransaction.add(query.__knexUid);
    if (/^(commit|rollback);?$/i.test(query.sql))
      inTransaction.delete(query.__knexUid);
    const name = nameOf(query);
    if (name) pass(`before ${name}`);
  });
  knex.on('query-response', (_rows: unknown, query: Query) => {
    const name = nameOf(query);
    if (name) pass(`after ${name}`);
  });
}

interface Query {
  sql: string;
  /** Of the connection. */
  __knexUid: string;
}
