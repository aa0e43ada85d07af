/**
 * Whether `value` holds things by name, as `{ name: thing }` does. A list, a `Map`, a typed array and a generator do not: of their own
 * they have no names, and would count as a record with nothing in it.
 */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value);
}
