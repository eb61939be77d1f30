module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // This package is private and never built: it always runs from its sources, and starts a portal of everything.
    'no-restricted-syntax': 'off',
    'no-restricted-imports': 'off',
    '@backstage/no-mixed-plugin-imports': 'off',
  },
});
