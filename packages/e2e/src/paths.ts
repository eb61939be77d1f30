import path from 'node:path';

/** The root of the repository. These tests are never built, so the folder of this file is where it says. */
// eslint-disable-next-line no-restricted-syntax
export const REPO = path.resolve(__dirname, '../../..');
