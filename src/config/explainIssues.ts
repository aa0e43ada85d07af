import type { z } from 'zod';
import { nearest } from '../common/text/nearest.js';
import { shorten } from '../common/text/shorten.js';

/** The number of problems that are listed; the others are counted. */
const MOST_PROBLEMS = 3;
/** Characters of a whole explanation, and of a key in it. */
const LONGEST = 300;
const LONGEST_KEY = 60;

/** All problems that a schema found, in one short line: the first ones in words, with the nearest valid key or value. */
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
  const places = sectionsOf(path, raw, schema);
  const guess = nearest(key, known);
  // A key that stands right in another section is no typing error.
  const meant =
    places.find(([, name]) => name === key) ??
    (guess === undefined ? nearestPlace(key, places) : [...path, guess]);
  const advice = meant ? `: did you mean ${placeText(meant)}?` : `; known here: ${known.join(', ')}`;
  return `unknown key ${placeText([...path, key])}${advice}`;
}

/** The places of keys in the other sections: methods have keys that were of `training` once. */
function sectionsOf(
  [own]: readonly PropertyKey[],
  raw: unknown,
  schema: z.core.$ZodType,
): [string, string][] {
  return knownKeys([], raw, schema)
    .filter((section) => section !== own)
    .flatMap((section) => knownKeys([section], raw, schema).map((key): [string, string] => [section, key]));
}

function nearestPlace(key: string, places: readonly [string, string][]): [string, string] | undefined {
  const names = places.map(([, name]) => name);
  // There are many: a short word is near to one of them by chance.
  const guess = nearest(key, names, Math.max(1, Math.floor(key.length / 4)));
  return places.find(([, name]) => name === guess);
}

function placeText(path: readonly PropertyKey[]): string {
  return shorten(path.map((key) => shorten(String(key), LONGEST_KEY)).join('.'), 2 * LONGEST_KEY);
}

/** The probable intended value for one that is not in a list. */
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

/** The keys that the schema allows at `path`, read from the schema itself. */
function knownKeys(path: readonly PropertyKey[], raw: unknown, whole: z.core.$ZodType): string[] {
  let schema: z.core.$ZodType | undefined = whole;
  let value = prepared(schema, raw);
  for (const key of path) {
    schema = objectShape(schema, value)?.[String(key)];
    value = prepared(schema, ownValue(value, key));
  }
  return Object.keys(objectShape(schema, value) ?? {});
}

/** The preprocessed value that a schema checks: a key that stands for others is replaced by them. */
function prepared(schema: z.core.$ZodType | undefined, value: unknown): unknown {
  const definition = schema?._zod.def as
    | { innerType?: z.core.$ZodType; defaultValue?: unknown; in?: z.core.$ZodType; out?: z.core.$ZodType }
    | undefined;
  if (definition?.innerType) return prepared(definition.innerType, value ?? definition.defaultValue);
  const { transform } = (definition?.in?._zod.def ?? {}) as {
    transform?: (value: unknown, payload: z.core.ParsePayload) => unknown;
  };
  return transform ? prepared(definition?.out, transform(value, { value, issues: [] })) : value;
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
