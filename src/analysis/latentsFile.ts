import { packageVersion } from '../common/packageFolder.js';

// Latents on disk: a Parquet file of one row per clip and time. `LatentsWriter` writes it, `readLatents` reads it.

/** What stands beside the activations, by name: text, whole numbers (labels, counts) or numbers (times, latent variables). */
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
const TEXTS = ['version', 'run', 'model', 'config', 'weights', 'data', 'split', 'pool'] as const;
const OTHERS = ['seed', 'step', 'clipLength', 'times', 'layers'] as const;

/** Text as it is, everything else as JSON: both are easy to read from Python. */
export function encodeMetadata(metadata: LatentsMetadata): { key: string; value: string }[] {
  const all: StoredMetadata = { version: packageVersion, ...metadata };
  return [
    ...TEXTS.map((name) => ({ key: PREFIX + name, value: all[name] })),
    ...OTHERS.map((name) => ({ key: PREFIX + name, value: JSON.stringify(all[name]) })),
  ];
}

/** Nothing when the file was written by another program. */
export function decodeMetadata(
  pairs: readonly { readonly key: string; readonly value?: string }[] = [],
): StoredMetadata | undefined {
  const values = new Map(pairs.map(({ key, value }) => [key, value]));
  const found: Record<string, unknown> = {};
  for (const name of TEXTS) found[name] = values.get(PREFIX + name);
  for (const name of OTHERS) {
    const text = values.get(PREFIX + name);
    found[name] = text === undefined ? undefined : JSON.parse(text);
  }
  return Object.values(found).includes(undefined) ? undefined : (found as object as StoredMetadata);
}
