import {
  jsonId,
  parseDatabricksJson,
  parseForSchema,
  stringifyDatabricksJson,
} from './databricksJson';
import {
  errorSchema,
  jobSchema,
  mlflowRunSchema,
  modelVersionsSchema,
  runSchema,
  runsPageSchema,
  startedSchema,
} from './databricksSchemas';

describe('parseForSchema', () => {
  it.each([
    '{"run_id":9223372036854775807,"n":42}',
    '{"run_id":708062954842468,"x":-0.5e3,"t":"1234567890123456789"}',
    '{"value":NaN,"other":[-Infinity]}',
    '{"a":1,"a":{"__proto__":{"polluted":true}}}',
    '[1,null,true,"\\u00e9"]',
    '<html></html>',
    '',
    '{"half":',
  ])('reads %s as the other does', text => {
    expect(parseForSchema(text)).toEqual(parseDatabricksJson(text));
  });
});

describe('parseDatabricksJson', () => {
  it('keeps all digits of an id above 2^53', () => {
    const read = parseDatabricksJson(
      '{"run_id":9223372036854775807,"job_id":708062954842468123,"n":42,"x":0.5}',
    );
    expect(read).toEqual({
      run_id: '9223372036854775807',
      job_id: '708062954842468123',
      n: 42,
      x: 0.5,
    });
  });

  it('reads bare NaN and Infinity as null, and leaves texts alone', () => {
    expect(
      parseDatabricksJson(
        '{"a":NaN,"b":-Infinity,"c":[Infinity],"d":"NaN \\"Infinity\\" NaN"}',
      ),
    ).toEqual({
      a: null,
      b: null,
      c: [null],
      d: 'NaN "Infinity" NaN',
    });
  });

  it('takes the last of two equal keys, as others do', () => {
    expect(parseDatabricksJson('{"a":1,"a":2}')).toEqual({ a: 2 });
  });

  it.each([
    ['nothing', ''],
    ['a page', '<!DOCTYPE html><html>NaN</html>'],
    ['half an answer', '{"run_id":12'],
    ['text', 'upstream connect error'],
    ['a deep nest', '['.repeat(100_000)],
    ['an open text of 4 MB', `{"a":"${'\\"'.repeat(1_000_000)}`],
  ])('gives nothing for %s, soon', (_what, text) => {
    const began = performance.now();
    expect(parseDatabricksJson(text)).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('does not let an answer change what objects are', () => {
    parseDatabricksJson('{"__proto__":{"polluted":true}}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('stringifyDatabricksJson', () => {
  it('writes an id as a number with all digits', () => {
    expect(
      stringifyDatabricksJson({
        job_id: jsonId('708062954842468123'),
        queue: { enabled: true },
      }),
    ).toBe('{"job_id":708062954842468123,"queue":{"enabled":true}}');
  });
});

describe('the schemas', () => {
  it('read a run with little in it', () => {
    expect(runSchema.parse({ run_id: 7 })).toMatchObject({
      run_id: '7',
      tasks: [],
      job_parameters: [],
    });
    expect(
      runSchema.parse({
        run_id: 7,
        tasks: null,
        job_parameters: null,
        status: null,
      }),
    ).toMatchObject({ tasks: [] });
  });

  it('take 0 for "not yet"', () => {
    const run = runSchema.parse({
      run_id: 7,
      start_time: 1_700_000_000_000,
      end_time: 0,
    });
    expect(run.start_time).toEqual(new Date(1_700_000_000_000));
    expect(run.end_time).toBeUndefined();
  });

  it.each([1e300, -1, 8.64e15 + 1])('refuse the time %s', time => {
    expect(runSchema.safeParse({ run_id: 7, start_time: time }).success).toBe(
      false,
    );
  });

  it.each([-1, 1.5, '', 'x', '1'.repeat(20), null, undefined, true])(
    'refuse the id %s',
    id => {
      expect(startedSchema.safeParse({ run_id: id }).success).toBe(false);
    },
  );

  it('read lists that are absent, and fields nobody knows', () => {
    expect(runsPageSchema.parse({ has_more: false, brand_new: {} })).toEqual({
      runs: [],
    });
    expect(
      jobSchema.parse({ job_id: 1, settings: { name: 'n', brand_new: 1 } })
        .settings?.parameters,
    ).toEqual([]);
    expect(modelVersionsSchema.parse({})).toEqual({ model_versions: [] });
  });

  it('read the version of either registry', () => {
    const { model_versions: versions } = modelVersionsSchema.parse({
      model_versions: [{ version: 3 }, { version: '4' }],
    });
    expect(versions.map(version => version.version)).toEqual([3, 4]);
  });

  it('make null of metrics that are no numbers', () => {
    const values = [0.5, 'NaN', '-Infinity', null, '0.25', undefined];
    const { run } = mlflowRunSchema.parse({
      run: {
        data: {
          metrics: values.map((value, index) => ({ key: `m${index}`, value })),
        },
      },
    });
    expect(run.data?.metrics.map(metric => metric.value)).toEqual([
      0.5,
      null,
      null,
      null,
      0.25,
      null,
    ]);
  });

  it.each<[string, unknown, boolean]>([
    ['a word', { error_code: 'PERMISSION_DENIED', message: 'm' }, true],
    ['a number', { error_code: 403, message: 'Invalid access token.' }, true],
    ['SCIM', { schemas: [], detail: 'd', status: '404' }, true],
    ['API 1.2', { error: 'e' }, true],
    ['an empty object', {}, false],
    ['a list', [], false],
    ['nothing', undefined, false],
  ])('know an error by %s', (_what, body, known) => {
    expect(errorSchema.safeParse(body).success).toBe(known);
  });
});
