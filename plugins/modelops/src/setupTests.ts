import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// The first test of a file loads the lazy parts, which takes seconds where several suites share two cores.
configure({ asyncUtilTimeout: 15_000 });
jest.setTimeout(60_000);
