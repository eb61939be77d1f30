import { jobLink, modelVersionLink, shownLink } from './databricksLinks';

const hosts = {
  host: 'https://gateway.acme.example',
  consoleHost: 'https://dbc.example',
};

describe('shownLink', () => {
  it.each([
    'https://dbc.example/?o=1#job/8123/run/7',
    'https://gateway.acme.example/jobs/8123',
  ])('shows %s', link => {
    expect(shownLink(hosts, link)).toBe(link);
  });

  it.each([
    undefined,
    '',
    'not a link',
    '/jobs/8123',
    '//dbc.example/jobs',
    'http://dbc.example/jobs',
    'https://dbc.example:8443/jobs',
    'https://dbc.example.evil.example/jobs',
    'https://evil.example/?dbc.example',
    'https://dbc.example@evil.example/',
    'https://user:pw@dbc.example/',
    'http://localhost/jobs',
    'http://127.0.0.1:1/jobs',
    `java${'script'}:alert(1)//https://dbc.example`,
    'data:text/html,x',
    'ftp://dbc.example/',
    `https://dbc.example/${'a'.repeat(3000)}`,
  ])('drops %s', link => {
    expect(shownLink(hosts, link)).toBeUndefined();
  });

  it('shows loopback links on a connection that is on loopback', () => {
    const local = { host: 'http://127.0.0.1:8402' };
    expect(shownLink(local, 'http://127.0.0.1:8402/?o=1#job/1')).toBeDefined();
    expect(shownLink(local, 'http://evil.example/')).toBeUndefined();
    expect(shownLink(local, 'https://evil.example/')).toBeUndefined();
  });
});

describe('links to the console', () => {
  it('lead to the console host, with the workspace if it is known', () => {
    expect(jobLink(hosts, '8123', '42')).toBe(
      'https://dbc.example/?o=42#job/8123',
    );
    expect(jobLink({ host: 'https://dbc.example' }, '8123', undefined)).toBe(
      'https://dbc.example/#job/8123',
    );
  });

  it('name a model by its three parts', () => {
    expect(
      modelVersionLink(
        hosts,
        { kind: 'model', canonical: 'model/main.fraud.detector' },
        3,
      ),
    ).toBe(
      'https://dbc.example/explore/data/models/main/fraud/detector/version/3',
    );
  });
});
