module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  overrides: [
    {
      // A suite that others call: its checks stand in rules, which `describePlatformContract` makes tests of.
      files: ['src/testUtils/**'],
      rules: {
        'jest/expect-expect': 'off',
        'jest/no-export': 'off',
        'jest/no-standalone-expect': 'off',
        'jest/valid-title': 'off',
      },
    },
  ],
});
