import { z } from 'zod';
import { packageVersion } from '../../common/files/packageFolder.js';
import { required } from '../../common/required.js';
import { ParquetFault } from './parquet/fault.js';
import { renamed } from './storedNames.js';

// Latents on disk: a Parquet file of one row per clip and time. `LatentsWriter` writes it, `readLatents` reads it.

/** Columns beside the activations, by name: text, whole numbers (labels, counts) or numbers (times, latent variables). */
export type LatentColumn = readonly string[] | Int32Array | Float64Array;

/** Activations of one layer, one row after the other; a map is flattened in the order `[height, width, channels]`. */
export interface LatentMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Some rows of a latents file. */
export interface LatentRows {
  readonly rows: number;
  readonly columns: Readonly<Record<string, LatentColumn>>;
  /** Columns of numbers in which NaN stands for no number: null in the file. */
  readonly optional?: readonly string[];
  readonly layers: Readonly<Record<string, LatentMatrix>>;
}

/** What the rows rest on; kept in the file's key-value metadata, each as `foreframe.<name>`. */
export interface LatentsMetadata {
  /** Run folder. */
  readonly run: string;
  /** Name of the model. */
  readonly model: string;
  /** The run's configuration, as YAML. */
  readonly config: string;
  readonly seed: number;
  /** Training steps behind the weights; 0 for weights before training. */
  readonly step: number;
  readonly weights: string;
  /** What was watched, in one line for people. */
  readonly data: string;
  readonly split: string;
  /** Frames of each clip that was watched. */
  readonly clipLength: number;
  /** Times within a clip that have rows, from 1. */
  readonly times: readonly number[];
  /** How often whole videos were looked into, with memory carried on: `frame`, `1s`, `clip` or `video`. */
  readonly every?: string;
  /** How maps were pooled over height and width. */
  readonly pool: string;
  /** Shape of each layer's activations at one time, after pooling. */
  readonly layers: Readonly<Record<string, readonly number[]>>;
}

/** What `readLatents` finds in a file, beside its rows. */
export interface StoredMetadata extends LatentsMetadata {
  /** Version of foreframe that wrote the file. */
  readonly version: string;
}

const PREFIX = 'foreframe.';
/** Which names of the file's columns stand for others: see `storedName`. Older files have none. */
const NAMES = `${PREFIX}names`;
const TEXTS = ['version', 'run', 'model', 'config', 'weights', 'data', 'split', 'pool'] as const;
const OTHERS = ['seed', 'step', 'clipLength', 'times', 'layers'] as const;

/** Text as it is, everything else as JSON: both are easy to read from Python. @param names of columns and layers, in memory */
export function encodeMetadata(
  metadata: LatentsMetadata,
  names: readonly string[],
): { key: string; value: string }[] {
  const all: StoredMetadata = { version: packageVersion, ...metadata };
  return [
    ...TEXTS.map((name) => ({ key: PREFIX + name, value: all[name] })),
    ...(all.every === undefined ? [] : [{ key: `${PREFIX}every`, value: all.every }]),
    ...OTHERS.map((name) => ({ key: PREFIX + name, value: JSON.stringify(all[name]) })),
    { key: NAMES, value: JSON.stringify(renamed(names)) },
  ];
}

/** What JSON in the metadata has to hold. */
const others = z.object({
  seed: z.number(),
  step: z.number(),
  clipLength: z.number(),
  times: z.array(z.number()),
  layers: z.record(z.string(), z.array(z.int().positive())),
});

/**
 * Nothing when the file was written by another program.
 * @throws ParquetFault when the metadata are not foreframe's
 */
export function decodeMetadata(
  pairs: readonly { readonly key: string; readonly value?: string }[] = [],
): StoredMetadata | undefined {
  const values = new Map(pairs.map(({ key, value }) => [key, value]));
  const found = Object.fromEntries([...TEXTS, ...OTHERS].map((name) => [name, values.get(PREFIX + name)]));
  if (Object.values(found).includes(undefined)) return undefined;
  const texts = Object.fromEntries(TEXTS.map((name) => [name, required(found, name)]));
  const every = values.get(`${PREFIX}every`);
  const parsed = others.safeParse(
    Object.fromEntries(OTHERS.map((name) => [name, parsedJson(name, required(found, name))])),
  );
  const [issue] = parsed.error?.issues ?? [];
  if (issue)
    throw new ParquetFault(
      `its metadata ${PREFIX}${String(issue.path[0])} is not what foreframe writes there`,
    );
  return { ...texts, ...(every !== undefined && { every }), ...parsed.data } as object as StoredMetadata;
}

/**
 * What the columns of a file are called in memory, by their names in it; those that it does not name keep their own.
 * @throws ParquetFault when the metadata are not foreframe's
 */
export function decodeNames(
  pairs: readonly { readonly key: string; readonly value?: string }[] = [],
): Readonly<Record<string, string>> {
  const value = pairs.find(({ key }) => key === NAMES)?.value;
  if (value === undefined) return {};
  const parsed = z.record(z.string(), z.string()).safeParse(parsedJson('names', value));
  if (!parsed.success) throw new ParquetFault(`its metadata ${NAMES} is not what foreframe writes there`);
  return parsed.data;
}

function parsedJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ParquetFault(`its metadata ${PREFIX}${name} is not JSON`);
  }
}
