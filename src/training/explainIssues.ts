import type { z } from 'zod';
import { nearest } from '../common/nearest.js';
import { shorten } from '../common/shorten.js';

/** So many problems are said, the others counted. */
const MOST_PROBLEMS = 3;
/** Characters of a whole explanation, and of a key in it. */
const LONGEST = 300;
const LONGEST_KEY = 60;

/** All that a schema found wrong, in one short line: the first problems in words, with the nearest right key or value. */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  raw: unknown,
  schema: z.core.$ZodType,
): string {
  const first: string[] = [];
  let all = 0;
  for (const issue of issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    all += keys.length;
    for (const key of keys.slice(0, MOST_PROBLEMS - first.length))
      first.push(key === undefined ? explain(issue, raw) : explainKey(key, issue.path, raw, schema));
  }
  const more = all > first.length ? `; and ${all - first.length} more` : '';
  return shorten(first.join('; '), LONGEST) + more;
}

/** One problem in one phrase. */
function explain(issue: z.core.$ZodIssue, raw: unknown): string {
  const place = placeText(issue.path);
  const guess = nearestValue(issue, raw);
  const message = `${issue.message}${guess === undefined ? '' : `: did you mean ${guess}?`}`;
  return place ? `${place}: ${message}` : message;
}

function explainKey(
  key: string,
  path: readonly PropertyKey[],
  raw: unknown,
  schema: z.core.$ZodType,
): string {
  const known = knownKeys(path, raw, schema);
  const guess = nearest(key, known);
  const advice = guess
    ? `: did you mean ${placeText([...path, guess])}?`
    : `; known here: ${known.join(', ')}`;
  return `unknown key ${placeText([...path, key])}${advice}`;
}

function placeText(path: readonly PropertyKey[]): string {
  return shorten(path.map((key) => shorten(String(key), LONGEST_KEY)).join('.'), 2 * LONGEST_KEY);
}

/** Of a value that is none of a list, the one that was probably meant. */
function nearestValue(issue: z.core.$ZodIssue, raw: unknown): string | undefined {
  const given = valueAt(issue.path, raw);
  const { values, options } = issue as { values?: unknown[]; options?: unknown[] };
  const allowed = (values ?? options ?? []).filter((each) => typeof each === 'string');
  return typeof given === 'string' ? nearest(given, allowed) : undefined;
}

function valueAt(path: readonly PropertyKey[], raw: unknown): unknown {
  return path.reduce((value, key) => ownValue(value, key), raw);
}

function ownValue(value: unknown, key: PropertyKey): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, key)
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

/** The keys that the schema allows at `path`: found by asking it, so that they cannot drift apart. */
function knownKeys(path: readonly PropertyKey[], raw: unknown, whole: z.core.$ZodType): string[] {
  let schema: z.core.$ZodType | undefined = whole;
  let value = raw;
  for (const key of path) {
    schema = objectShape(schema, value)?.[String(key)];
    value = ownValue(value, key);
  }
  return Object.keys(objectShape(schema, value) ?? {});
}

type Shape = Record<string, z.core.$ZodType>;

function objectShape(schema: z.core.$ZodType | undefined, value: unknown): Shape | undefined {
  const definition = schema?._zod.def as
    | {
        type: string;
        shape?: Shape;
        innerType?: z.core.$ZodType;
        /** Of a pipe: what comes after a preprocessing. */
        out?: z.core.$ZodType;
        options?: z.core.$ZodType[];
        discriminator?: string;
      }
    | undefined;
  if (definition?.innerType) return objectShape(definition.innerType, value);
  if (definition?.out) return objectShape(definition.out, value);
  if (definition?.options && definition.discriminator) {
    const { discriminator } = definition;
    const chosen = (value as Record<string, unknown> | undefined)?.[discriminator];
    const option = definition.options.find((each) =>
      accepts(objectShape(each, value)?.[discriminator], chosen),
    );
    return objectShape(option, value);
  }
  return definition?.shape;
}

function accepts(schema: z.core.$ZodType | undefined, value: unknown): boolean {
  const definition = schema?._zod.def as { values?: unknown[] } | undefined;
  return definition?.values?.includes(value) ?? false;
}
