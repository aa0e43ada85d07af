import { ForeframeError } from '../common/errors.js';
import type { RowColumn } from '../common/files/rowColumns.js';
import { required } from '../common/required.js';
import type { KnownClip } from './extractClips.js';

/** Activations of one layer, one row per clip and time. */
export interface LayerRows {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Rows of latents, clip by clip and time by time, with what is known of each. */
export interface LatentBatch {
  readonly rows: number;
  /** `file`, `split`, `clip`, `time` (from 1), `seconds`, `label.<name>`, `latent.<name>` or `latent.<name>.<component>`. */
  readonly columns: Readonly<Record<string, readonly string[] | Int32Array | Float64Array>>;
  /** Columns in which NaN stands for no number. */
  readonly optional?: readonly string[];
  readonly layers: Readonly<Record<string, LayerRows>>;
}

/** All that stands beside the activations of some clips at some times. */
export function columnsOf(
  clips: readonly KnownClip[],
  split: string,
  times: readonly number[],
): LatentBatch['columns'] {
  const all = clips.flatMap((clip) => times.map((time) => ({ clip, time })));
  const own: Partial<Record<RowColumn, readonly string[] | Int32Array | Float64Array>> = {
    file: all.map(({ clip }) => String(clip.columns?.file ?? clip.file)),
    clip: Int32Array.from(all, ({ clip }) => clip.clip),
    time: Int32Array.from(all, ({ time }) => time),
    seconds: Float64Array.from(all, ({ clip, time }) => clip.seconds[time - 1]!),
  };
  const { file, ...place } = own;
  const columns: Record<string, readonly string[] | Int32Array | Float64Array> = {
    file: required(own, 'file'),
    split: all.map(({ clip }) => String(clip.columns?.split ?? split)),
    ...place,
  };
  const first = clips[0]!;
  for (const [name, value] of Object.entries(first.columns ?? {})) {
    if (name === 'file' || name === 'split') continue;
    columns[name] =
      typeof value === 'string'
        ? all.map(({ clip }) => required(clip, 'columns')[name] as string)
        : Float64Array.from(all, ({ clip }) => required(clip, 'columns')[name] as number);
  }
  for (const name of Object.keys(first.labels ?? {}))
    columns[`label.${name}`] = Int32Array.from(all, ({ clip }) => labelOf(clip, name));
  for (const [name, rows] of Object.entries(first.latents ?? {})) {
    const components = rows[0]!.length;
    for (let component = 0; component < components; component++) {
      const column = components === 1 ? `latent.${name}` : `latent.${name}.${component}`;
      columns[column] = Float64Array.from(all, ({ clip, time }) => latentOf(clip, name, time, component));
    }
  }
  return columns;
}

/** Numbers of a person's own table, which may lack one. */
export function optionalOf([first]: readonly KnownClip[]): readonly string[] {
  return Object.entries(first?.columns ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' ? [name] : [],
  );
}

function labelOf({ file, labels }: KnownClip, name: string): number {
  const label = labels?.[name];
  if (label === undefined) throw new ForeframeError(`${file} has no label ${name}, which other clips have`);
  if (!Number.isInteger(label))
    throw new ForeframeError(`${file}: label ${name} is ${label}: not a whole number`);
  return label;
}

function latentOf({ file, latents }: KnownClip, name: string, time: number, component: number): number {
  const value = latents?.[name]?.[time - 1]?.[component];
  if (value === undefined)
    throw new ForeframeError(
      `${file} has no latent variable ${name} at time ${time}, which other clips have`,
    );
  return value;
}

/** The rows from number `from` on. */
export function rowsFrom({ rows, columns, layers, ...rest }: LatentBatch, from: number): LatentBatch {
  const left = Object.entries(columns).map(([name, column]) => [name, column.slice(from)] as const);
  const data = Object.entries(layers).map(([name, layer]) => {
    const matrix = { ...layer, rows: rows - from, data: layer.data.subarray(from * layer.columns) };
    return [name, matrix] as const;
  });
  return { ...rest, rows: rows - from, columns: Object.fromEntries(left), layers: Object.fromEntries(data) };
}
