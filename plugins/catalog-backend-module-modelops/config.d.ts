import type { SchedulerServiceTaskScheduleDefinitionConfig } from '@backstage/backend-plugin-api';

export interface Config {
  catalog?: {
    providers?: {
      modelops?: {
        /** One listing each. The id is 1 to 63 of a-z 0-9 -; renaming it takes its entities out and puts them in again. */
        [id: string]: {
          /** Connection of `modelops.connections` whose models become entities; read with its `reader`. No default. */
          connection: string;
          /**
           * How often, and how long at most. Default: every 30 minutes, within 15 minutes, on one replica at a time
           * (`scope: global`).
           */
          schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
          /** Names to take, `main.fraud.*` (on Vertex AI the display name); `*` is any text. An endpoint also counts if it serves a model that is taken. Default: `['*']`. */
          include?: string[];
          /** Names not to take, whatever `include` says. Default: none. */
          exclude?: string[];
          /** What a registered model becomes. */
          models?: {
            /** Kind of entity. Default: `Resource`. */
            kind?: string;
            /** `spec.type`. Default: `ai-model`. */
            type?: string;
          };
          /** What a serving endpoint becomes; `false` takes none. */
          endpoints?:
            | false
            | {
                /** Kind of entity. Default: `Component`. */
                kind?: string;
                /** `spec.type`. Default: `model-server`. */
                type?: string;
              };
          /** Who owns the entities. Only what `mapping` names can become an owner. */
          owner?: {
            /** Tag on the platform whose value is looked up in `mapping`. Default: `team`. */
            tag?: string;
            /**
             * From a value of the tag, or else from the platform's owner, to a Group or User:
             * `fraud: group:default/fraud-ml`. Exact, capitals included. Default: nothing.
             */
            mapping?: { [value: string]: string };
            /** Owner of everything that `mapping` does not name. Default: `group:default/unowned`. */
            default?: string;
          };
          /** `spec.system` of all, `system:default/fraud`. Default: none. */
          system?: string;
          /** `spec.lifecycle`, which Components need; left out of Resources. Default: `production`. */
          lifecycle?: string;
          /** Namespace of the entities. Two connections need two. Default: `default`. */
          namespace?: string;
          /**
           * Largest share of the entities of this provider that one sync may remove, in percent, 0 to 100. A sync that
           * would remove more changes nothing and says so in the log. Default: 20.
           */
          maxRemoval?: number;
        };
      };
    };
  };
}
