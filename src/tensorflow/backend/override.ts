/** Put another value in place of `target[key]`. @returns what puts the first one back. */
export function override<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): () => void {
  const own = Object.hasOwn(target, key);
  const before = target[key];
  target[key] = value;
  return () => {
    if (own) target[key] = before;
    else Reflect.deleteProperty(target, key);
  };
}
