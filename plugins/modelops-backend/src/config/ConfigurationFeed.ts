import type {
  LoggerService,
  RootConfigService,
} from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import {
  ConfigurationFiles,
  type ConfigurationReading,
} from './ConfigurationFiles';

/**
 * How often the files are looked at, and how long they have to stand still before they are read, in milliseconds. An editor that
 * writes in several steps is done by then, so a half-written file that happens to parse does not take effect.
 */
const LOOK_MS = 1_000;

/** Tells when the configuration of a running backend has changed. */
export class ConfigurationFeed {
  #signature = '';
  #changed = false;
  /** From the start: something may have changed between reading the configuration and following it. */
  #waiting = true;
  #timer?: NodeJS.Timeout;
  #stopped = false;
  #subscription?: { unsubscribe(): void };

  private constructor(
    private readonly root: RootConfigService,
    private readonly files: ConfigurationFiles | undefined,
    private readonly logger: LoggerService,
    private readonly lookMs: number,
  ) {}

  /** Follows the files of the command line if Backstage read those, and whatever else the root configuration reports. */
  static async open(options: {
    root: RootConfigService;
    logger: LoggerService;
    argv?: string[];
    lookMs?: number;
  }): Promise<ConfigurationFeed> {
    const { root, logger, argv = process.argv, lookMs = LOOK_MS } = options;
    const files = await ConfigurationFiles.find(root, argv);
    logger.info(
      files
        ? `Changes of modelops.roles are read from ${files.paths.join(', ')}`
        : 'Changes of modelops.roles are taken from the root configuration as it reports them',
    );
    return new ConfigurationFeed(root, files, logger, lookMs);
  }

  /** Calls `onReading` after each change, once the configuration stands still; never before the last call has ended. */
  start(onReading: (reading: ConfigurationReading) => Promise<void>) {
    this.#subscription = this.root.subscribe?.(() => {
      this.#changed = true;
    });
    const look = async () => {
      try {
        const reading = await this.#look();
        if (reading && !this.#stopped) await onReading(reading);
      } catch (error) {
        this.logger.error(
          `Looking for changes of app-config failed: ${stringifyError(error)}`,
        );
      }
      if (!this.#stopped) this.#timer = setTimeout(look, this.lookMs).unref();
    };
    this.#timer = setTimeout(look, this.lookMs).unref();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#subscription?.unsubscribe();
  }

  async #look(): Promise<ConfigurationReading | undefined> {
    const signature = (await this.files?.signature()) ?? '';
    const still = signature === this.#signature && !this.#changed;
    this.#signature = signature;
    this.#changed = false;
    if (!still) this.#waiting = true;
    if (!still || !this.#waiting) return undefined;
    this.#waiting = false;
    return this.files ? this.files.read() : { config: this.root };
  }
}
