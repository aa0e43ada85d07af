import type { z } from 'zod';
import { messageOf, UsageError } from '../common/errors.js';
import { shorten } from '../common/text/shorten.js';
import { type Config, schemas } from './anyConfig.js';
import { type PipelineConfig, pipelineConfig } from './config.js';
import { explainIssues } from './explainIssues.js';
import { inSameSpelling } from './oldSettings.js';
import { kindOfPipeline } from './pipelineKind.js';
import { isReserved, type Plain, plainCopy } from './plainSettings.js';
import { parseYaml, readYaml } from './readYaml.js';
import { type SampleConfig, sampleConfig } from './sampleConfig.js';

/**
 * Reads a pipeline for clips, applies `key=value` settings, fills in defaults and checks everything.
 * @param settings such as `training.seconds=60` or `model.filters=[16,32]`; values are YAML,
 * and `null` removes a key
 * @throws UsageError naming the file, the key and, for an unknown key, the nearest right one
 */
export async function loadConfig(path: string, settings: readonly string[] = []): Promise<PipelineConfig> {
  return checkConfig(await readSettings(path, settings), path);
}

/** The same of a pipeline for images or short clips. */
export async function loadSampleConfig(
  path: string,
  settings: readonly string[] = [],
): Promise<SampleConfig> {
  return checkSettings(sampleConfig, await readSettings(path, settings), path);
}

/** The same of any pipeline: its method says what it learns from. */
export async function loadAnyConfig(path: string, settings: readonly string[] = []): Promise<Config> {
  return checkAnyConfig(await readSettings(path, settings), path);
}

/** A pipeline as it is written, with settings put over it, before anything is checked. */
export async function readSettings(path: string, settings: readonly string[] = []): Promise<Plain> {
  const raw = await readYaml(path);
  for (const setting of settings) applySetting(raw, setting);
  return raw;
}

/** Check settings for clips that came from anywhere; `origin` is named in the error. */
export function checkConfig(raw: unknown, origin: string): PipelineConfig {
  return checkSettings(pipelineConfig, raw, origin);
}

/** The same of settings of any kind. */
export function checkAnyConfig(raw: object, origin: string): Config {
  return checkSettings<Config>(schemas[kindOfPipeline({ ...raw }, origin)], raw, origin);
}

/** The same by one schema. */
export function checkSettings<T>(schema: z.ZodType<T>, raw: unknown, origin: string): T {
  // Of objects that are not plain a schema would see nothing, and fill in its defaults.
  const plain = plainCopy(raw, origin);
  const result = schema.safeParse(plain);
  if (result.success) return result.data;
  throw new UsageError(`${origin}: ${explainIssues(result.error.issues, plain, schema)}`);
}

function applySetting(raw: Plain, setting: string): void {
  const split = setting.indexOf('=');
  const named = `--set ${shorten(setting, 80)}`;
  if (split < 1) throw new UsageError(`${named}: write key=value, for example training.seconds=60`);
  const given = {
    path: setting.slice(0, split).trim().split('.'),
    value: parsedValue(setting.slice(split + 1), named),
  };
  const { path: whole, value } = inSameSpelling(raw, given);
  const path = [...whole];
  const key = path.pop()!;
  let place = raw;
  for (const outer of path) place = innerOf(place, outer, named);
  checkKey(place, key, named);
  // `key=null` takes a setting away, for example a time limit that the file sets.
  if (value === null) delete place[key];
  else place[key] = value;
}

/** What `key` holds, made into an object where it is none. */
function innerOf(place: Plain, key: string, named: string): Plain {
  checkKey(place, key, named);
  const inner = Object.hasOwn(place, key) ? place[key] : undefined;
  if (inner !== null && typeof inner === 'object') return inner as Plain;
  const made: Plain = {};
  place[key] = made;
  return made;
}

function checkKey(place: Plain, key: string, named: string): void {
  if (isReserved(key)) throw new UsageError(`${named}: unknown key ${key}`);
  if (!Array.isArray(place)) return;
  // A list has places from 0 to its end; what is written anywhere else would leave holes, or be its length.
  if (!/^\d{1,9}$/.test(key) || Number(key) > place.length)
    throw new UsageError(`${named}: ${shorten(key, 40)} is no place in that list, which has ${place.length}`);
}

function parsedValue(text: string, named: string): unknown {
  try {
    return plainCopy(parseYaml(text), named);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${named}: ${messageOf(error)}`);
  }
}
