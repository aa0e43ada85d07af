import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { readLatents, summariseLatents } from '../../../src/analysis/latents/readLatents.js';
import type { Random } from '../../../src/common/random.js';
import { required } from '../../../src/common/required.js';
import {
  type Checkpoint,
  loadCheckpoint,
  type Position,
  saveCheckpoint,
} from '../../../src/runs/checkpoint.js';
import { type Area, type CaseContext, type CaseResult, Findings } from '../area.js';
import { judgeError } from '../judge.js';
import { someCheckpoint, writeLatents } from '../mutation/arrayFiles.js';
import { mutate, pick } from '../mutation/mutate.js';

/** Bytes by which reading a file of some kilobytes may make the process grow. */
const GROWTH = 400 * 2 ** 20;

let [parquet, checkpoint, latentsPath]: [Buffer, Buffer, string] = [Buffer.alloc(0), Buffer.alloc(0), ''];
let whole: Checkpoint;

/** Mutated files of latents and checkpoints: the right values, or one line. */
export const arrays: Area = {
  name: 'arrays',
  async prepare(shared) {
    latentsPath = join(shared, 'latents.parquet');
    await writeLatents(latentsPath);
    const path = join(shared, 'weights.safetensors');
    await saveCheckpoint(path, someCheckpoint());
    whole = await loadCheckpoint(path);
    [parquet, checkpoint] = [readFileSync(latentsPath), readFileSync(path)];
    return undefined;
  },
  async run(context): Promise<CaseResult> {
    const before = process.memoryUsage().rss;
    const findings = new Findings();
    const result = await (context.random.integer(2) === 0
      ? parquetCase(context, findings)
      : checkpointCase(context, findings));
    const grown = process.memoryUsage().rss - before;
    if (grown > GROWTH)
      findings.add('crash', `reading a file of some kilobytes took ${Math.round(grown / 2 ** 20)} MB`);
    return result;
  },
};

async function parquetCase({ random, folder }: CaseContext, findings: Findings): Promise<CaseResult> {
  const mutated = mutate(parquet, random);
  const path = join(folder, 'mutated.parquet');
  writeFileSync(path, mutated.bytes);
  const what = `latents: ${mutated.text}`;
  try {
    const [summary, ours, theirs] = [
      await summariseLatents(path),
      await readLatents(path),
      await readLatents(latentsPath),
    ];
    if (summary.rows !== ours.rows)
      findings.add('wrong bits', `${summary.rows} rows are promised and ${ours.rows} read`);
    const { columns, layers, rows } = ours;
    if (isDeepStrictEqual([columns, layers, rows], [theirs.columns, theirs.layers, theirs.rows]))
      return findings.result(what, 'the right values');
    const against = await evidenceAgainst(mutated.bytes, rows);
    if (against) findings.add('wrong bits', `it is read without a word, though ${against}`);
    return findings.result(what, against ?? 'other values, which the file holds');
  } catch (error) {
    return findings.result(what, judgeError(error, findings), 'refused');
  }
}

/**
 * What shows that a file does not hold what was read of it: another reader fails, or counts do not agree. A flipped bit inside a
 * value leaves a whole file of another value: Parquet has no checksum there, so this cannot be detected.
 */
async function evidenceAgainst(bytes: Buffer, rows: number): Promise<string | undefined> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  try {
    const metadata: FileMetaData = await parquetMetadataAsync(file);
    const groups = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    if (groups !== Number(metadata.num_rows))
      return `its row groups hold ${groups} rows and its footer says ${metadata.num_rows}`;
    if (groups !== rows) return `it holds ${groups} rows and ${rows} were read`;
    for (const group of metadata.row_groups) {
      const short = group.columns.find(
        ({ meta_data }) => Number(meta_data?.num_values) < Number(group.num_rows),
      );
      if (short)
        return `column ${short.meta_data?.path_in_schema.join('.')} holds ${short.meta_data?.num_values} values`;
    }
    const read = await parquetReadObjects({ file });
    return read.length === rows ? undefined : `another reader finds ${read.length} rows`;
  } catch (error) {
    return `another reader fails: ${error instanceof Error ? error.message : error}`;
  }
}

async function checkpointCase({ random, folder }: CaseContext, findings: Findings): Promise<CaseResult> {
  const path = join(folder, 'mutated.safetensors');
  const mutated = random.integer(3) === 0 ? otherHeader(checkpoint, random) : mutate(checkpoint, random);
  writeFileSync(path, mutated.bytes);
  const what = `checkpoint: ${mutated.text}`;
  try {
    const { position, state } = await loadCheckpoint(path);
    const odd = oddPosition(position);
    if (odd) findings.add('wrong bits', `it is accepted with ${odd}`);
    else if (mutated.bytes.equals(checkpoint) || isDeepStrictEqual({ position, state }, { ...whole }))
      return findings.result(what, 'the right values');
    // A header that was written again is another checkpoint, as long as it makes sense.
    else if (!('header' in mutated)) findings.add('wrong bits', 'other values without a word');
    return findings.result(what, odd ?? 'other values');
  } catch (error) {
    return findings.result(what, judgeError(error, findings), 'refused');
  }
}

const ODD: readonly unknown[] = ['a', -1, 0.5, 1e300, null, [], {}, true, '1', 2 ** 53, 'x'.repeat(1000)];

/** The header's JSON with one value replaced; its length is right. */
function otherHeader(bytes: Buffer, random: Random) {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, Record<string, unknown>>;
  const wild = pick(ODD, random);
  const name = pick(Object.keys(header), random);
  const entry = required(header, name);
  const key = pick(Object.keys(entry), random);
  let text = `header ${name}.${key} = ${JSON.stringify(wild).slice(0, 40)}`;
  const position =
    key === 'foreframe.position' && random.integer(4) > 0
      ? (JSON.parse(String(entry[key])) as Record<string, unknown>)
      : undefined;
  if (position) {
    const which = pick(Object.keys(position), random);
    entry[key] = JSON.stringify({ ...position, [which]: wild });
    text = `position.${which} = ${JSON.stringify(wild).slice(0, 40)}`;
  } else entry[key] = wild;
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, 0x20)]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  return {
    kind: 'header',
    header: true,
    text,
    bytes: Buffer.concat([size, padded, bytes.subarray(8 + length)]),
  };
}

/** What no training can go on from. */
function oddPosition({ step, epoch, batch, seconds, best }: Position): string | undefined {
  const counts = Object.entries({ step, epoch, batch, ...(best ? { 'best.step': best.step } : {}) });
  const odd = counts.find(([, value]) => !Number.isSafeInteger(value) || value < 0);
  if (odd) return `${odd[0]} ${JSON.stringify(odd[1])}`;
  if (typeof seconds !== 'number' || !(seconds >= 0)) return `seconds ${JSON.stringify(seconds)}`;
  return best && typeof best.error !== 'number' ? `best.error ${JSON.stringify(best.error)}` : undefined;
}
