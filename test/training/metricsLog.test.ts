import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { MetricsLog, type MetricsRecord, readMetrics } from '../../src/runs/metricsLog.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreframe-metrics-'));
  path = join(folder, 'run', 'metrics.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(records: MetricsRecord[], options?: { keepThrough?: number }): void {
  const log = MetricsLog.open(path, options);
  for (const record of records) log.append(record);
  log.close();
}
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, i) => ({ step: first + i, loss: 1 / (first + i) }));

describe('MetricsLog', () => {
  it('reads back what it wrote, and nothing where there is no file', () => {
    expect(readMetrics(path)).toEqual([]);
    write([...upTo(3), { step: 3, validation: Number.NaN }, { step: 4, loss: Number.POSITIVE_INFINITY }]);
    expect(readMetrics(path)).toEqual([
      ...upTo(3),
      { step: 3, validation: Number.NaN },
      { step: 4, loss: Number.NaN },
    ]);
    expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('{"step":1,"loss":1}');
  });

  it('has each line on disk as soon as it is appended', () => {
    const log = MetricsLog.open(path);
    log.append({ step: 1, loss: 2 });
    expect(readMetrics(path)).toEqual([{ step: 1, loss: 2 }]);
    log.close();
  });

  it('drops what is past the checkpoint when a run resumes', () => {
    write(upTo(10));
    write(upTo(12, 7), { keepThrough: 6 });
    expect(readMetrics(path)).toEqual(upTo(12));
    write([], { keepThrough: 0 });
    expect(readMetrics(path)).toEqual([]);
  });

  it('continues from any cut as if it had not been cut', () => {
    const records = upTo(8);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (part) => {
        rmSync(path, { force: true });
        write(records);
        truncateSync(path, Math.floor(part * readFileSync(path).length));
        const whole = readMetrics(path);
        expect(whole).toEqual(records.slice(0, whole.length));
        write(records.slice(whole.length));
        expect(readMetrics(path)).toEqual(records);
      }),
      { numRuns: 50 },
    );
  });

  it.each(['nonsense', '[1]', 'null', '{"loss":1}', '{"step":"1"}', '{"step":1,"loss":"low"}'])(
    'names the line that is not a record: %s',
    (line) => {
      write(upTo(2));
      appendFileSync(path, `${line}\n{"step":3}\n`);
      expect(() => readMetrics(path)).toThrow(ForeframeError);
      expect(() => readMetrics(path)).toThrow(`${path}: line 3 is not a record`);
      expect(() => MetricsLog.open(path)).toThrow(`${path}: line 3 is not a record`);
    },
  );

  it('names the file that it cannot open', () => {
    writeFileSync(join(folder, 'run'), 'a file where the folder should be');
    expect(() => MetricsLog.open(path)).toThrow(ForeframeError);
    expect(() => MetricsLog.open(path)).toThrow(path);
  });
});
