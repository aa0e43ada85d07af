import type { LatentColumn, LatentMatrix, LatentRows } from '../../analysis/latents/latentsFile.js';
import { ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import type { Extraction, ExtractionInfo } from '../../extraction/extractLatents.js';
import type { LatentBatch } from '../../extraction/extractRows.js';

/** An extraction in memory. */
export interface CollectedLatents extends LatentRows {
  readonly info: ExtractionInfo;
}

/** All rows of an extraction in memory: for the few thousand clips of an analysis. */
export async function collectLatents(
  { info, batches: open }: Omit<Extraction, 'dispose'>,
  onRows: (rows: number) => void = () => {},
): Promise<CollectedLatents> {
  const batches: LatentBatch[] = [];
  let rows = 0;
  for await (const batch of open()) {
    // The engine may use its memory again.
    batches.push(copied(batch));
    rows += batch.rows;
    onRows(rows);
  }
  if (rows === 0)
    throw new ForeframeError(`${info.data}: there is no clip of ${info.clipLength} frames to watch`);
  return { ...concatenated(batches, rows), info };
}

function copied(batch: LatentBatch): LatentBatch {
  const layers = Object.entries(batch.layers).map(
    ([name, layer]) => [name, { ...layer, data: layer.data.slice() }] as const,
  );
  return { ...batch, layers: Object.fromEntries(layers) };
}

function concatenated(batches: readonly LatentBatch[], rows: number): LatentRows {
  const first = batches[0]!;
  const columns: Record<string, LatentColumn> = {};
  for (const [name, column] of Object.entries(first.columns)) {
    const parts = batches.map((batch) => required(batch.columns, name));
    if (column instanceof Int32Array) columns[name] = joined(new Int32Array(rows), parts as Int32Array[]);
    else if (column instanceof Float64Array)
      columns[name] = joined(new Float64Array(rows), parts as Float64Array[]);
    else columns[name] = parts.flatMap((part) => Array.from(part, String));
  }
  const layers: Record<string, LatentMatrix> = {};
  for (const [name, { columns: width }] of Object.entries(first.layers)) {
    const parts = batches.map((batch) => required(batch.layers, name).data);
    layers[name] = { rows, columns: width, data: joined(new Float32Array(rows * width), parts) };
  }
  return { rows, columns, layers };
}

function joined<T extends Int32Array | Float64Array | Float32Array>(into: T, parts: readonly T[]): T {
  let at = 0;
  for (const part of parts) {
    into.set(part, at);
    at += part.length;
  }
  return into;
}
