import type { LatentsMetadata } from '../../analysis/latents/latentsFile.js';
import { LatentsWriter } from '../../analysis/latents/latentsWriter.js';
import { type ForeframeError, InterruptedError } from '../../common/errors.js';
import type { LatentBatch } from '../../extraction/extractRows.js';
import type { Watching } from '../watching.js';

export interface WriteLatentsOptions extends Pick<Watching, 'onNote'> {
  readonly out: string;
  /** Of a row group at most; the writer's own choice by default. */
  readonly rowGroupBytes?: number;
  /** Go on with what an interrupted extraction left. */
  readonly resume: boolean;
  /** The rows from number `from` on. */
  readonly batches: (from: number) => AsyncIterable<LatentBatch>;
  /** Hears how many rows there are so far. */
  readonly onRows: (rows: number) => void;
  /** What to say where there are none. */
  readonly none: () => ForeframeError;
}

/**
 * Write rows to a latents file: whole, or not at all. Row groups that were full are kept for `resume` where it was interrupted.
 * @returns rows in the file
 * @throws InterruptedError that says what is kept
 */
export async function writeLatents(
  info: LatentsMetadata,
  { out, resume, rowGroupBytes, batches, onRows, none, onNote }: WriteLatentsOptions,
): Promise<number> {
  const writer = await LatentsWriter.open(out, info, { resume, rowGroupBytes });
  let rows = writer.savedRows;
  if (rows > 0) onNote?.(`going on after row ${rows} of ${out}`);
  try {
    for await (const batch of batches(rows)) {
      await writer.write(batch);
      rows += batch.rows;
      onRows(rows);
    }
    if (rows === 0) throw none();
    await writer.finish();
  } catch (error) {
    // Nothing to go on with: the same command works again.
    if (writer.savedRows === 0 && !resume) await writer.discard();
    if (error instanceof InterruptedError) throw interrupted(out, writer.savedRows);
    throw error;
  } finally {
    await writer.close();
  }
  return rows;
}

function interrupted(out: string, saved: number): InterruptedError {
  return new InterruptedError(
    saved > 0
      ? `stopped; ${saved} rows are kept in ${out}.partial. Go on with: the same command and --resume`
      : 'stopped before the first row group was full: nothing was kept',
  );
}
