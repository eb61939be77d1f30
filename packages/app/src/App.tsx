import { createApp } from '@backstage/frontend-defaults';
import { idTokenModule } from './modules/idToken';
import { navModule } from './modules/nav';
import { signInModule } from './modules/signIn';

// Every other feature is found among the dependencies of this package: `app.packages: all` in app-config.yaml.
export default createApp({
  features: [navModule, signInModule, idTokenModule],
});
