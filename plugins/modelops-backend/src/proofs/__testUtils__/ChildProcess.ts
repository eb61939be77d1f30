import { type ChildProcess as NodeProcess, fork } from 'node:child_process';

/** The process is gone, so the question has no answer, and nobody knows what became of it. */
export class ProcessGone extends Error {}

type Calls = Record<string, (...args: any[]) => Promise<unknown>>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A process of ours that answers questions, and can be killed at any time. */
export class ChildProcess<C extends Calls> {
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  /** How it ended; settles when nothing of it is left. */
  readonly gone: Promise<{ code: number | null; signal: string | null }>;

  private constructor(private readonly process: NodeProcess) {
    this.gone = new Promise(resolve =>
      process.once('exit', (code, signal) => {
        for (const { reject } of this.waiting.values())
          reject(new ProcessGone(`The process is gone (${signal ?? code})`));
        resolve({ code, signal });
      }),
    );
    process.on('message', ({ id, value, error }: any) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) waiting?.reject(new Error(error));
      else waiting?.resolve(value);
    });
  }

  /** Starts a bundle of `bundle.ts`. It ends with the process that started it. */
  static start<C extends Calls>(bundle: {
    file: string;
    cache: string;
  }): ChildProcess<C> {
    const child = fork(bundle.file, [], {
      execArgv: [],
      // Nothing of the parent's settings. What is not in the bundle lies where this package finds it.
      env: {
        PATH: process.env.PATH,
        TMPDIR: process.env.TMPDIR,
        NODE_ENV: 'test',
        NODE_NO_WARNINGS: '1',
        NODE_PATH: module.paths.join(':'),
        NODE_COMPILE_CACHE: bundle.cache,
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    return new ChildProcess<C>(child);
  }

  /** Asks it to do something. Rejects with ProcessGone if it ends before it answers. */
  call<K extends keyof C & string>(
    name: K,
    ...args: Parameters<C[K]>
  ): ReturnType<C[K]> {
    this.lastId += 1;
    const id = this.lastId;
    const answer = new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.process.send({ id, name, args }, error => {
        // Its end is told by `exit`; this is the question that came too late.
        if (error) reject(new ProcessGone('The process was gone already'));
      });
    });
    return answer as ReturnType<C[K]>;
  }

  /** As `kill -9`. Settles when nothing of it is left. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.gone;
  }
}
