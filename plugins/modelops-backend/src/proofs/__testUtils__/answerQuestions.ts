/** In a process that ChildProcess started: answers what it asks, until it is gone. */
export function answerQuestions(
  calls: Record<string, (...args: any[]) => Promise<unknown>>,
): void {
  process.on('message', async ({ id, name, args }: any) => {
    try {
      process.send?.({ id, value: await calls[name](...args) });
    } catch (error) {
      process.send?.({ id, error: (error as Error).stack });
    }
  });
  // Nobody is left to talk to.
  process.once('disconnect', () => process.exit());
}
