import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ForeframeError } from '../common/errors.js';
import { writeError } from '../common/files/atomicWrite.js';
import { readingReason } from '../common/files/readFileIfThere.js';

/** Named numbers at one training step. */
export interface MetricsRecord {
  readonly step: number;
  readonly [name: string]: number;
}

/**
 * Metrics as JSON lines, one record a line, only ever appended to. A line counts once its newline is there, so a process
 * killed in the middle of a write leaves at most one line that no reader takes for a record. Numbers that JSON cannot hold (NaN and
 * the infinities of a diverged run) are written as `null`.
 */
export class MetricsLog {
  readonly path: string;
  readonly #file: number;

  private constructor(path: string, file: number) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Open `path` to append, making it where it is missing. A half-written last line is dropped.
   * @param options.keepThrough for a resumed run, the checkpoint's step: records from the first one past it are dropped.
   * @throws ForeframeError when the file cannot be opened or a line in its middle is not a record.
   */
  static open(path: string, options: { keepThrough?: number } = {}): MetricsLog {
    const lines = parseLines(readIfThere(path), path);
    const past = lines.find(({ record }) => record.step > (options.keepThrough ?? Number.POSITIVE_INFINITY));
    const length = past ? past.start : (lines.at(-1)?.end ?? 0);
    try {
      mkdirSync(dirname(path), { recursive: true });
      const file = openSync(path, 'a');
      ftruncateSync(file, length);
      return new MetricsLog(path, file);
    } catch (error) {
      throw writeError(path, error);
    }
  }

  /** Append one record, in one write. */
  append(record: MetricsRecord): void {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    try {
      for (let done = 0; done < line.length; ) done += writeSync(this.#file, line, done);
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/**
 * All whole records of a metrics file, in order, `null` as NaN; none where the file does not exist yet.
 * @throws ForeframeError naming the line that is not a record (a cut last line is not an error).
 */
export function readMetrics(path: string): MetricsRecord[] {
  return parseLines(readIfThere(path), path).map(({ record }) => record);
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw new ForeframeError(`cannot read ${path}: ${readingReason(error)}`, { cause: error });
  }
}

interface Line {
  record: MetricsRecord;
  /** Where the line starts and where the next one would, in bytes. */
  start: number;
  end: number;
}

function parseLines(bytes: Buffer, path: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; ; ) {
    const newline = bytes.indexOf('\n', start);
    if (newline < 0) return lines;
    const record = parseRecord(bytes.toString('utf8', start, newline));
    if (!record) {
      const where = `${path}: line ${lines.length + 1}`;
      throw new ForeframeError(
        `${where} is not a record of numbers with a step; remove that line or the file`,
      );
    }
    lines.push({ record, start, end: newline + 1 });
    start = newline + 1;
  }
}

/** A line as a record; nothing where it is none. */
export function parseRecord(line: string): MetricsRecord | undefined {
  try {
    const parsed: unknown = JSON.parse(line, (_, value) => (value === null ? Number.NaN : value));
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is MetricsRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'step' in value &&
    Number.isSafeInteger(value.step) &&
    (value.step as number) >= 0 &&
    Object.values(value).every((entry) => typeof entry === 'number')
  );
}
