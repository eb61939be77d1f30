import { entityFactsOf, isTrustedOrigin } from './entityFacts';

const TRUSTED = ['url:https://git.acme.com/ml', 'file:/demo/', 'modelops:'];

describe('isTrustedOrigin', () => {
  it.each([
    ['url:https://git.acme.com/ml', true],
    ['url:https://git.acme.com/ml/catalog-info.yaml', true],
    ['url:https://git.acme.com/ml/blob/main/a.b/catalog-info.yaml', true],
    ['url:https://git.acme.com/ml?path=/catalog-info.yaml', true],
    ['file:/demo/models.yaml', true],
    ['modelops:databricks-prod', true],
    ['modelops:databricks-prod?provider=fraud', true],
    ['url:https://git.acme.com/ml-evil/catalog-info.yaml', false],
    ['url:https://git.acme.com/other/catalog-info.yaml', false],
    ['url:https://git.acme.com/ml/../evil/catalog-info.yaml', false],
    ['url:https://git.acme.com/ml/./../evil/catalog-info.yaml', false],
    ['url:https://git.acme.com/ml/%2e%2E/evil/catalog-info.yaml', false],
    ['url:https://git.acme.com/ml/..%2Fevil/catalog-info.yaml', false],
    ['url:https://git.acme.com/ml/..\\evil/catalog-info.yaml', false],
    ['url:https://git.acme.com/ml/.\t./evil/catalog-info.yaml', false],
    ['url:https://git.acme.com/ml/..', false],
    ['url:https://git.acme.com/ml/..?a', false],
    ['url:https://git.acme.com@evil.example/ml/', false],
    ['URL:https://git.acme.com/ml/catalog-info.yaml', false],
    ['evil url:https://git.acme.com/ml/', false],
    ['file:/demo/../etc/models.yaml', false],
    ['', false],
    [undefined, false],
  ])('%s: %s', (origin, trusted) => {
    expect(isTrustedOrigin(origin, TRUSTED)).toBe(trusted);
  });

  it('trusts nothing without trusted locations', () => {
    expect(isTrustedOrigin('url:https://git.acme.com/ml/a.yaml', [])).toBe(
      false,
    );
  });

  it('does not take a trusted host for the beginning of another', () => {
    const trusted = ['url:https://git.acme.com'];
    expect(isTrustedOrigin('url:https://git.acme.com.evil.org/', trusted)).toBe(
      false,
    );
    expect(isTrustedOrigin('url:https://git.acme.com/a.yaml', trusted)).toBe(
      true,
    );
  });

  it('can trust what ingestion takes from one connection', () => {
    const trusted = ['modelops:prod'];
    expect(isTrustedOrigin('modelops:prod?provider=a', trusted)).toBe(true);
    expect(isTrustedOrigin('modelops:prod-eu?provider=a', trusted)).toBe(false);
  });
});

describe('entityFactsOf', () => {
  it('takes owners from the relations, not from what the file says', () => {
    expect(
      entityFactsOf(
        {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Component',
          metadata: {
            name: 'fraud',
            annotations: {
              'backstage.io/managed-by-origin-location':
                'url:https://git.acme.com/ml/a.yaml',
            },
          },
          spec: { owner: 'growth' },
          relations: [
            { type: 'ownedBy', targetRef: 'group:default/Fraud-ML' },
            { type: 'partOf', targetRef: 'group:default/growth' },
          ],
        },
        TRUSTED,
      ),
    ).toEqual({ owners: ['group:default/fraud-ml'], trusted: true });
  });
});
