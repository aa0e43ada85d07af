import type { z } from 'zod';

/** What zod keeps of a schema, as far as it is walked here. */
interface Definition {
  readonly type: string;
  readonly shape?: Record<string, z.core.$ZodType>;
  readonly innerType?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
  readonly options?: z.core.$ZodType[];
  readonly element?: z.core.$ZodType;
  readonly entries?: Record<string, string>;
  readonly values?: unknown[];
  readonly defaultValue?: unknown;
  readonly checks?: { _zod: { def: { check: string; format?: string } } }[];
  readonly format?: string;
}

/** One setting changed: where, and to what. */
export interface Variation {
  readonly path: readonly string[];
  readonly value: unknown;
}

const definitionOf = (schema: z.core.$ZodType) => schema._zod.def as unknown as Definition;

/** The schema without what stands around it: defaults, optional, preprocessing. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  const { innerType, out } = definitionOf(schema);
  return innerType ? bare(innerType) : out ? bare(out) : schema;
}

/** The keys of a schema of an object, whatever stands around it. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const { shape } = definitionOf(bare(schema));
  if (!shape) throw new RangeError('this is no schema of an object');
  return shape;
}

/** The forms of a schema of a union. */
export function optionsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { options } = definitionOf(bare(schema));
  if (!options) throw new RangeError('this is no schema of a union');
  return options;
}

function isOptional(schema: z.core.$ZodType): boolean {
  const { type, innerType } = definitionOf(schema);
  return (
    ['optional', 'default', 'prefault'].includes(type) || (innerType !== undefined && isOptional(innerType))
  );
}

function defaultOf(schema: z.core.$ZodType): unknown {
  const { type, innerType, defaultValue } = definitionOf(schema);
  if (type === 'default' || type === 'prefault') return defaultValue;
  return innerType && defaultOf(innerType);
}

function isWhole(schema: z.core.$ZodType): boolean {
  const { format, checks = [] } = definitionOf(schema);
  return format === 'safeint' || checks.some((check) => check._zod.def.format === 'safeint');
}

/** The smallest sensible value: what is required, sizes that cost nothing, and defaults for the rest. */
export function tiny(schema: z.core.$ZodType): unknown {
  const kind = bare(schema);
  const { type, shape, element, options, values, entries } = definitionOf(kind);
  const given = defaultOf(schema);
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(shape!).flatMap(([key, inner]) => {
        const size = ['number', 'array', 'union'].includes(definitionOf(bare(inner)).type);
        return isOptional(inner) && !(size && defaultOf(inner) !== undefined) ? [] : [[key, tiny(inner)]];
      }),
    );
  if (type === 'number')
    return isWhole(kind) && (given === undefined || Number(given) > 3) ? 3 : (given ?? 0.5);
  if (type === 'array') return [tiny(element!)];
  if (type === 'union') return given === undefined || typeof given === 'number' ? tiny(options![0]!) : given;
  if (type === 'literal') return values![0];
  if (type === 'enum') return given ?? Object.values(entries!)[0];
  return given;
}

/** Every value of every enumeration, both of every boolean, each form of a union, and a little of what is 0 by default. */
export function variations(schema: z.core.$ZodType, path: readonly string[] = []): Variation[] {
  const kind = bare(schema);
  const { type, shape, options, element, entries } = definitionOf(kind);
  switch (type) {
    case 'object':
      return Object.entries(shape!).flatMap(([key, inner]) => variations(inner, [...path, key]));
    case 'enum':
      return Object.values(entries!).map((value) => ({ path, value }));
    case 'boolean':
      return [true, false].map((value) => ({ path, value }));
    case 'number':
      return defaultOf(schema) === 0 ? [{ path, value: isWhole(kind) ? 1 : 0.5 }] : [];
    case 'array':
      return variations(element!, [...path, '0']);
    case 'union':
      return options!.flatMap((option) => [{ path, value: tiny(option) }, ...unionVariations(option, path)]);
    default:
      return [];
  }
}

/** Inside one form of a union, that form is chosen beside what is varied. */
function unionVariations(option: z.core.$ZodType, path: readonly string[]): Variation[] {
  const base = tiny(option);
  if (base === null || typeof base !== 'object') return [];
  return variations(option, []).map(({ path: inner, value }) => ({
    path,
    value: changed(base, inner, value),
  }));
}

/** A copy with one value set; what is missing on the way there is made. */
export function changed<T>(settings: T, [key, ...rest]: readonly string[], value: unknown): T {
  if (key === undefined) return value as T;
  const copy = (Array.isArray(settings) ? [...settings] : { ...settings }) as Record<string, unknown>;
  copy[key] = changed(copy[key] ?? {}, rest, value);
  return copy as T;
}
