/**
 * The value of a record or map under a key that was checked before, such as the name of a variable, an entry or an input.
 * @throws Error that names the key when it is missing: a bug of the program, not an error of the user
 */
export function required<T>(holder: Readonly<Record<string, T | undefined>>, key: string): T;
export function required<K, T>(holder: ReadonlyMap<K, T>, key: K): T;
export function required<H extends object, K extends keyof H & string>(holder: H, key: K): NonNullable<H[K]>;
export function required<T>(
  holder: Readonly<Record<string, T | undefined>> | ReadonlyMap<unknown, T>,
  key: unknown,
): T {
  const found =
    holder instanceof Map ? holder.get(key) : (holder as Record<string, T | undefined>)[String(key)];
  if (found === undefined) throw new Error(`there is no ${String(key)} where one was found before`);
  return found;
}
