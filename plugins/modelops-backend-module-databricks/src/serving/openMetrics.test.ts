import { toLoad } from './endpointLoad';
import { parseOpenMetrics, quantileOf } from './openMetrics';

const NOW = new Date('2026-11-22T06:00:00.000Z');

function load(...lines: string[]) {
  return toLoad(parseOpenMetrics(lines.join('\n')), NOW);
}

describe('The load of an endpoint', () => {
  it('adds up what each served entity tells', () => {
    expect(
      load(
        '# HELP request_count_total x',
        '# TYPE request_count_total gauge',
        `request_count_total{endpoint_name="a",served_model_name="m-1"} 8 ${
          NOW.getTime() - 5000
        }`,
        'request_count_total{endpoint_name="a",served_model_name="m-2"} 2.0',
        'request_4xx_count_total{served_model_name="m-1"} 1',
        'request_5xx_count_total{served_model_name="m-2"} 1',
      ),
    ).toEqual({
      at: '2026-11-22T05:59:55.000Z',
      requestsPerMinute: 10,
      errorRate: 0.2,
      latencyP50: undefined,
      latencyP99: undefined,
    });
  });

  it('has no error rate without requests, and none above 1', () => {
    expect(load('request_count_total 0')).toMatchObject({
      requestsPerMinute: 0,
      errorRate: undefined,
    });
    expect(
      load('request_count_total 1', 'request_5xx_count_total 9'),
    ).toMatchObject({ errorRate: 1 });
  });

  it('does not believe a sample of the future', () => {
    expect(load('request_count_total 1 99999999999999')?.at).toBe(
      NOW.toISOString(),
    );
  });

  it.each([
    ['nothing', ''],
    ['a page', '<html><body>Sign in</body></html>'],
    ['other metrics', 'cpu_usage_percentage 3'],
    ['no numbers', 'request_count_total NaN\nrequest_count_total -1'],
    ['one long line', `request_count_total{a="${'x'.repeat(1_000_000)}"} 1`],
    ['quotes without an end', `request_count_total{${'a="'.repeat(600)}} x`],
  ])('is unknown from %s', (_what, text) => {
    expect(load(text)).toBeUndefined();
  });
});

describe('A quantile', () => {
  const samples = parseOpenMetrics(
    [
      'ms_bucket{le="10",m="1"} 5',
      'ms_bucket{le="10",m="2"} 5',
      'ms_bucket{le="20",m="1"} 15',
      'ms_bucket{le="20",m="2"} 5',
      'ms_bucket{le="+Inf",m="1"} 15',
      'ms_bucket{le="+Inf",m="2"} 6',
    ].join('\n'),
  );

  it.each([
    [0.25, 5.25],
    [0.5, 10.5],
    [0.99, 20],
  ])('%d lies in its bucket', (quantile, value) => {
    expect(quantileOf(samples, 'ms', quantile)).toBeCloseTo(value);
  });

  it('of nothing is unknown', () => {
    expect(quantileOf([], 'ms', 0.5)).toBeUndefined();
    expect(
      quantileOf(parseOpenMetrics('ms_bucket{le="+Inf"} 0'), 'ms', 0.5),
    ).toBeUndefined();
  });
});
