/** Order names as a person would: digits by value (`frame_2` before `frame_10`), all else by code unit, the same everywhere. */
export function naturalOrder(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i]!, right[i]!];
    const difference = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : 0;
    if (difference !== 0) return difference;
    if (x !== y && !(Number(x) === Number(y))) return x < y ? -1 : 1;
  }
  // Equal but for leading zeros, or one begins with the other: any order does, as long as it is always the same.
  return left.length - right.length || (a < b ? -1 : a > b ? 1 : 0);
}
