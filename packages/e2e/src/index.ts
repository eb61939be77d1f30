export { test, expect } from './fixtures';
export {
  COLOR_SCHEMES,
  expectAccessible,
  expectAccessibleNow,
  preferScheme,
  type ColorScheme,
} from './accessibility';
export {
  callModelops,
  readSession,
  type BackendSession,
  type ModelopsCall,
} from './backendSession';
export {
  countOpenRuns,
  endOfLedger,
  readLedger,
  type LedgerEntry,
} from './ledger';
export { pressWithKeyboard, tabTo, typeWithKeyboard } from './keyboard';
export {
  PEOPLE,
  enterPassword,
  expectSignedIn,
  openSignIn,
  signIn,
  type Person,
} from './personas';
export { startPortal, type Portal, type PortalOptions } from './portal';
export { takeDocumentationImage } from './screenshot';
export { blameSomebodyElse } from './tamper';
export {
  endTrainings,
  haveTrained,
  moveTraining,
  startTraining,
  train,
} from './training';
export {
  scriptsWith,
  showTab,
  watchLeftAlone,
  watchModelops,
  watchScripts,
} from './watch';
