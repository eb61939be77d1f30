export { test, expect } from './fixtures';
export { expectAccessible } from './accessibility';
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
