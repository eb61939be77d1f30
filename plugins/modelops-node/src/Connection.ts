import type { Secret } from './Secret';

/** One entry of `modelops.connections`, validated. `Settings` are the platform's own keys. @public */
export interface Connection<Settings = Record<string, unknown>> {
  /** Key in app-config, `databricks-prod`. */
  id: string;
  platform: string;
  environment?: string;
  /** Keys of the connection that belong to the platform's module, as its `settings` schema made them. */
  settings: Settings;
}

/** A short-lived credential, and who the platform says it is. @public */
export interface Credential {
  accessToken: Secret;
  /** Name the platform knows the principal by; compared with what was asked for before this is handed out. */
  principal: string;
  /** False where the platform has no way to tell who a credential belongs to. */
  confirmed: boolean;
  expiresAt: Date;
}
