/** Answers that are good for a short time, by what was asked. Whoever asks while one is on its way gets the same; failures are not kept. */
export class Recent<T> {
  private readonly held = new Map<
    string,
    { answer: Promise<T>; askedAt: number }
  >();

  constructor(
    private readonly options: {
      /** How long an answer is used, in milliseconds, counted from the question. */
      freshMs: number;
      /** Most answers held; the oldest goes first. */
      most: number;
      /** Epoch milliseconds. */
      clock?: () => number;
    },
  ) {}

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const { freshMs, most, clock = Date.now } = this.options;
    const now = clock();
    const held = this.held.get(key);
    if (held && now - held.askedAt < freshMs) return held.answer;
    const answer = ask();
    const asked = { answer, askedAt: now };
    answer.catch(() => {
      if (this.held.get(key) === asked) this.held.delete(key);
    });
    this.held.delete(key);
    if (this.held.size >= most)
      this.held.delete(this.held.keys().next().value!);
    this.held.set(key, asked);
    return answer;
  }
}
