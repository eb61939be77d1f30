import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { Load, Loaded } from './load';

/** Sends requests from a process of its own, so that its work is not counted as the server's. */
export class LoadGenerator {
  private readonly child: ChildProcess;

  constructor() {
    this.child = fork(path.join(__dirname, 'load.ts'));
  }

  async send(load: Load): Promise<Loaded> {
    const answer = new Promise<Loaded>((resolve, reject) => {
      const listen = (message: unknown) => {
        const { loaded, failed } = message as {
          loaded?: Loaded;
          failed?: string;
        };
        if (!loaded && !failed) return;
        this.child.off('message', listen);
        if (loaded) resolve(loaded);
        else reject(new Error(failed));
      };
      this.child.on('message', listen);
    });
    this.child.send(load);
    return answer;
  }

  close(): void {
    this.child.disconnect();
  }
}
