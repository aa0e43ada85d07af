/** Files that are looked at side by side: enough to keep a disk or a server of files at work. */
export const FILES_AT_ONCE = 16;

/**
 * The result of `work` for every item, in order, with at most `most` running at a time. After a failure no more are started,
 * and the running ones end before the error is thrown, so that the caller can clean up.
 * @throws what `work` threw first
 */
export async function mapAtMost<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const made = new Array<R>(items.length);
  const errors: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && errors.length === 0) {
      const at = next++;
      try {
        made[at] = await work(items[at]!);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
  return made;
}
