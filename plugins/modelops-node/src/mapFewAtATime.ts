/**
 * Calls at a time where many small things are read: MLflow allows tens per second for a whole workspace, Google 600 reads a
 * minute for a whole project.
 */
const AT_A_TIME = 4;

/** Maps a list with a few calls at a time, in its order; the first failure ends it. @public */
export async function mapFewAtATime<T, R>(
  items: readonly T[],
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let failed = false;
  async function work() {
    while (!failed && next < items.length) {
      const at = next++;
      try {
        results[at] = await map(items[at]);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return results;
}
