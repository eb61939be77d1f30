import { toActionForm } from './actionForm';

describe('toActionForm', () => {
  it('gives nobody the default of a secret, and says that there is one', () => {
    const form = toActionForm(
      'start',
      {
        title: 'job',
        parameters: [
          {
            name: 'api_key',
            field: { type: 'string', writeOnly: true },
            default: 'held-by-the-template',
            required: false,
          },
          {
            name: 'epochs',
            field: { type: 'integer' },
            default: 5,
            required: false,
          },
        ],
      },
      { role: 'trainer', guardrails: {} },
      {
        callerRunsIt: false,
        runsAs: { kind: 'person', principal: 'ada', through: 'person' },
      },
    );
    expect(form.defaults).toEqual({ api_key: '********', epochs: 5 });
    expect(JSON.stringify(form)).not.toContain('held-by-the-template');
  });
});
