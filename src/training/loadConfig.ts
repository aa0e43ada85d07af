import { readFile } from 'node:fs/promises';
import { parse, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { messageOf, UsageError } from '../common/errors.js';
import { nearest } from '../common/nearest.js';
import { type PipelineConfig, pipelineConfig } from './config.js';

/**
 * Read a pipeline, put `key=value` settings over it, fill in defaults and check everything.
 * @param settings such as `training.seconds=60` or `model.filters=[16,32]`; values are YAML,
 * and `null` takes a key away
 * @throws UsageError naming the file, the key and, for an unknown key, the nearest right one
 */
export function loadConfig(path: string, settings: readonly string[] = []): Promise<PipelineConfig> {
  return loadSettings(pipelineConfig, path, settings);
}

/** The same for a file of another schema. */
export async function loadSettings<T>(
  schema: z.ZodType<T>,
  path: string,
  settings: readonly string[] = [],
): Promise<T> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw new UsageError(`cannot read pipeline ${path}: ${reason}`);
  });
  const raw = parseYaml(text, path);
  for (const setting of settings) applySetting(raw, setting);
  return checkSettings(schema, raw, path);
}

/** Check settings that came from anywhere; `origin` is named in the error. */
export function checkConfig(raw: unknown, origin: string): PipelineConfig {
  return checkSettings(pipelineConfig, raw, origin);
}

/** The same by another schema. */
export function checkSettings<T>(schema: z.ZodType<T>, raw: unknown, origin: string): T {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => explain(issue, raw, schema));
  throw new UsageError(`${origin}: ${problems.join('; ')}`);
}

function parseYaml(text: string, path: string): Record<string, unknown> {
  try {
    const raw: unknown = parse(text);
    if (raw !== null && typeof raw === 'object' && !Array.isArray(raw)) return raw as Record<string, unknown>;
  } catch (error) {
    const line = error instanceof YAMLParseError ? messageOf(error).split('\n')[0] : messageOf(error);
    throw new UsageError(`${path} is not YAML: ${line}`);
  }
  throw new UsageError(`${path} is not a pipeline: it should hold keys such as data, model, training`);
}

function applySetting(raw: Record<string, unknown>, setting: string): void {
  const split = setting.indexOf('=');
  if (split < 1) throw new UsageError(`--set ${setting}: write key=value, for example training.seconds=60`);
  const path = setting.slice(0, split).trim().split('.');
  let place = raw;
  for (const key of path.slice(0, -1)) {
    const inner = place[key];
    if (inner !== null && typeof inner === 'object') place = inner as Record<string, unknown>;
    else place = place[key] = {} as Record<string, unknown>;
  }
  try {
    const value: unknown = parse(setting.slice(split + 1));
    // `key=null` takes a setting away, for example a time limit that the file sets.
    if (value === null) delete place[path.at(-1)!];
    else place[path.at(-1)!] = value;
  } catch (error) {
    throw new UsageError(`--set ${setting}: ${messageOf(error).split('\n')[0]}`);
  }
}

/** One problem in one phrase. */
function explain(issue: z.core.$ZodIssue, raw: unknown, schema: z.core.$ZodType): string {
  const place = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => {
        const full = [...issue.path, key].join('.');
        const known = knownKeys(issue.path, raw, schema);
        const guess = nearest(key, known);
        return `unknown key ${full}${guess ? `: did you mean ${[...issue.path, guess].join('.')}?` : `; known here: ${known.join(', ')}`}`;
      })
      .join('; ');
  }
  return place ? `${place}: ${issue.message}` : issue.message;
}

/** The keys that the schema allows at `path`: found by asking it, so that they cannot drift apart. */
function knownKeys(path: readonly PropertyKey[], raw: unknown, whole: z.core.$ZodType): string[] {
  let schema: z.core.$ZodType | undefined = whole;
  let value = raw;
  for (const key of path) {
    schema = objectShape(schema, value)?.[String(key)];
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
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
