/** A place in one exchange: after so many bytes of the request, of its answer, or of the body of either. */
export interface WirePoint {
  of: 'request' | 'request body' | 'answer' | 'answer body';
  bytes: number;
}

/** What happens to an exchange on the wire. */
export type WireEffect =
  /** Both sides see a reset (RST) there. After 0 bytes of the answer: the server did its work, and nobody hears of it. */
  | { effect: 'reset'; after: WirePoint }
  /** Nothing passes from there on, and the connection stays open. After 0 bytes of the request: accepted, never answered. */
  | { effect: 'silence'; after: WirePoint }
  /** The answer comes this much later. */
  | { effect: 'delay'; ms: number }
  /** The true answer, a few bytes at a time. */
  | { effect: 'drip'; bytes: number; everyMs: number }
  /** When the true answer comes, another one instead: it declares so many bytes and sends them as fast as they are taken. */
  | { effect: 'flood'; bytes: number };

/** Which requests it strikes, and what happens to them. The first fault set that matches is the one applied. */
export type WireFault = WireEffect & {
  /** How the request line begins, `POST /api/2.2/jobs/run-now`; every request when left out. */
  at?: string;
  /** How many requests it strikes; without it, all until `clearFaults`. */
  count?: number;
};
