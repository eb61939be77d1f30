import type { Access } from 'backstage-plugin-modelops-common';
import type { RoleMapping } from './roleMapping';

/** Why the newest change of the roles is not in effect. */
export interface Rejection {
  at: Date;
  message: string;
}

/**
 * The mapping in effect on this replica, and how the configuration stands beside it. Whoever decides takes `mapping` once and
 * stays with it: a reload puts another one here and changes none.
 */
export class RolesInEffect {
  #mapping: RoleMapping;
  #since: Date;
  /** Set while the newest change is not in effect. */
  rejected?: Rejection;
  /** Keys below `modelops` that were changed since the start. */
  restartNeeded: readonly string[] = [];

  /** `warnings`: of the parts that need a restart. */
  constructor(
    mapping: RoleMapping,
    since: Date,
    private readonly warnings: readonly string[],
  ) {
    this.#mapping = mapping;
    this.#since = since;
  }

  get mapping(): RoleMapping {
    return this.#mapping;
  }

  replace(mapping: RoleMapping, since: Date) {
    this.#mapping = mapping;
    this.#since = since;
  }

  /** For those who may administer. */
  describe(): NonNullable<Access['configuration']> {
    const { rejected } = this;
    return {
      mappingSince: this.#since.toISOString(),
      ...(rejected && {
        rejected: {
          at: rejected.at.toISOString(),
          message: rejected.message,
        },
      }),
      restartNeeded: [...this.restartNeeded],
      warnings: [...this.warnings, ...this.#mapping.warnings],
    };
  }
}
