import { baseUrlProblem, hostSchema, isLoopbackUrl } from './baseUrl';

describe('baseUrlProblem', () => {
  it.each([
    'https://dbc-a1b2.cloud.databricks.com',
    'https://dbc-a1b2.cloud.databricks.com/',
    'https://gateway.acme.example:8443',
    'HTTPS://DBC.example',
  ])('accepts %s', text => {
    expect(baseUrlProblem(text, false)).toBeUndefined();
  });

  it.each([
    'http://localhost:8402',
    'http://127.0.0.1:8402',
    'http://[::1]:8402',
  ])('accepts %s with insecure only', text => {
    expect(baseUrlProblem(text, true)).toBeUndefined();
    expect(baseUrlProblem(text, false)).toMatch(/insecure: true/);
  });

  it.each([
    ['', 'is not an address'],
    ['dbc-a1b2.cloud.databricks.com', 'is not an address'],
    ['https:dbc.example', 'is not an address'],
    ['https:\\\\dbc.example', 'is not an address'],
    ['https://dbc.example\\@evil.example', 'is not an address'],
    ['https://dbc.ex\tample', 'is not an address'],
    [' https://dbc.example', 'is not an address'],
    ['https://dbc.example\n', 'is not an address'],
    ['https://', 'is not an address'],
    ['https://user@dbc.example', 'user or password'],
    ['https://user:pw@dbc.example', 'user or password'],
    ['https://dbc.example?o=1', 'query or fragment'],
    ['https://dbc.example?', 'query or fragment'],
    ['https://dbc.example/#x', 'query or fragment'],
    ['ftp://dbc.example', 'must begin with https'],
    ['file:///etc/passwd', 'must begin with https'],
    ['http://dbc.example', 'loopback addresses only'],
    ['http://127.0.0.1.evil.example', 'loopback addresses only'],
    ['http://localhost.evil.example', 'loopback addresses only'],
    ['http://169.254.169.254', 'loopback addresses only'],
  ])('refuses %j', (text, problem) => {
    expect(baseUrlProblem(text, true)).toContain(problem);
  });
});

describe('hostSchema', () => {
  it('drops the slash at the end, so that one host has one spelling', () => {
    expect(hostSchema.parse('https://dbc.example/')).toBe(
      'https://dbc.example',
    );
  });

  it('refuses a path', () => {
    expect(hostSchema.safeParse('https://dbc.example/api').success).toBe(false);
  });
});

describe('isLoopbackUrl', () => {
  it.each([
    ['http://127.0.0.1:1', true],
    ['http://localhost', true],
    ['http://[::1]/', true],
    ['http://2130706433/', true], // the parser makes 127.0.0.1 of it
    ['http://0.0.0.0', false],
    ['http://127.0.0.1.nip.io', false],
  ])('%s: %s', (text, loopback) => {
    expect(isLoopbackUrl(new URL(text))).toBe(loopback);
  });
});
