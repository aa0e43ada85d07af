/**
 * Whether `value` is a plain record, such as `{ name: thing }`. A list, a `Map`, a typed array and a generator are not: they have
 * no names of their own, and would count as an empty record.
 */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value);
}
