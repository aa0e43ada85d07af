import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Area, Findings } from '../../bench/torture/area.js';
import { arrays } from '../../bench/torture/areas/arrays.js';
import { configurations } from '../../bench/torture/areas/configurations.js';
import { judgeCount, judgeFrames, type Seen, videos } from '../../bench/torture/areas/videos.js';
import { type CaseRunner, runCampaign } from '../../bench/torture/campaign.js';
import { judgeSame } from '../../bench/torture/compareFolders.js';
import { judgeExit } from '../../bench/torture/judge.js';
import { someCheckpoint } from '../../bench/torture/mutation/arrayFiles.js';
import { codedVideos, FRAMES, numberIn, SIZE } from '../../bench/torture/mutation/codedVideos.js';
import { mutate } from '../../bench/torture/mutation/mutate.js';
import type { CliOutcome } from '../../bench/torture/processes/cli.js';
import { WorkerProcess } from '../../bench/torture/processes/workerProcess.js';
import type { CaseRecord } from '../../bench/torture/reporter.js';
import { judgeWhole } from '../../bench/torture/wholeFiles.js';
import { Random } from '../../src/common/random.js';
import { saveCheckpoint } from '../../src/runs/checkpoint.js';
import { type Frame, readFrames } from '../../src/video/index.js';
import { foreframe } from '../cli/foreframe.js';

const folder = mkdtempSync(join(tmpdir(), 'foreframe-torture-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

async function cases(area: Area, count: number) {
  const shared = inFolder('shared');
  expect(await area.prepare(shared)).toBeUndefined();
  const results = [];
  for (let number = 0; number < count; number++) {
    // Pipelines that go on to be trained start processes, which the campaign has the time for.
    let seed = 100 * number;
    while (new Random(seed).integer(10) < 3) seed++;
    const place = inFolder(`${area.name}-${number}`);
    results.push(await area.run({ number, random: new Random(seed), folder: place, shared }));
  }
  return results;
}

/** The frames of a healthy coded video. */
async function healthy(): Promise<{ path: string; frames: Frame[] }> {
  const [video] = codedVideos(join(inFolder('shared'), 'videos'), ['mpeg4.avi']);
  const frames: Frame[] = [];
  for await (const frame of readFrames(video!.path, { ...SIZE, color: 'grey' })) frames.push(frame);
  return { path: video!.path, frames };
}

describe('bench torture', () => {
  it('mutates by its seed alone, and changes something', () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 3000 }, (_, i) => (i * i) % 251));
    for (let seed = 0; seed < 200; seed++) {
      const mutated = mutate(bytes, new Random(seed));
      const again = mutate(bytes, new Random(seed));
      expect([again.text, again.bytes.equals(mutated.bytes)]).toEqual([mutated.text, true]);
      if (mutated.kind !== 'swap' && mutated.kind !== 'zero')
        expect(mutated.bytes.equals(bytes), mutated.text).toBe(false);
    }
  });

  it('runs cases of each area that needs no other process, each with a verdict', async () => {
    for (const area of [videos, arrays, configurations]) {
      const results = await cases(area, 8);
      expect(results).toHaveLength(8);
      for (const { what, outcome, faults } of results) {
        expect(what).toMatch(/\S/);
        expect(outcome).not.toMatch(/\n/);
        expect(faults.filter(({ kind }) => kind === 'hang' || kind === 'leftover')).toEqual([]);
      }
    }
  });

  it('sees a lost frame, frames out of order, and times that go back', async () => {
    const { path, frames } = await healthy();
    expect(frames.map(numberIn)).toEqual(Array.from({ length: FRAMES }, (_, number) => number));
    const judged = (given: readonly Frame[]) => {
      const seen: Seen = { frames: given, passes: [given.length], reports: [] };
      const findings = new Findings();
      judgeFrames(seen, undefined, findings);
      const video = { name: 'mpeg4.avi', path, images: false };
      judgeCount({ path, onCorrupt: 'fail', bySplits: false }, seen, video, undefined, findings);
      return findings.faults.map(({ kind }) => kind);
    };
    expect(judged(frames)).toEqual([]);
    expect(judged(frames.toSpliced(20, 1))).toEqual(['silent loss', 'silent loss']);
    const turned = frames.map((frame, i) => ({
      ...frame,
      data: frames[i === 7 ? 8 : i === 8 ? 7 : i]!.data,
    }));
    expect(judged(turned)).toContain('wrong bits');
    expect(judged(frames.map((frame, i) => (i === 9 ? { ...frame, time: 0 } : frame)))).toContain(
      'wrong bits',
    );
    expect(judged(frames.map((frame, i) => (i === 9 ? { ...frame, width: 7 } : frame)))).toContain(
      'wrong bits',
    );
  });

  it('sees other weights, records that stand twice, files that are missing, cut or left over', async () => {
    const [reference, other] = [inFolder('reference'), join(folder, 'other')];
    await saveCheckpoint(join(reference, 'last.safetensors'), someCheckpoint());
    writeFileSync(
      join(reference, 'metrics.jsonl'),
      '{"step":1,"seconds":1,"loss":2}\n{"step":2,"seconds":2,"loss":1}\n',
    );
    writeFileSync(join(reference, 'evaluation.json'), '{"error":1}');
    const judged = async (change: () => unknown) => {
      rmSync(other, { recursive: true, force: true });
      cpSync(reference, other, { recursive: true });
      await change();
      const findings = new Findings();
      await judgeSame(other, reference, findings);
      await judgeWhole(other, 'now', findings);
      return [...new Set(findings.faults.map(({ kind }) => kind))];
    };
    expect(await judged(() => undefined)).toEqual([]);
    expect(await judged(() => writeFileSync(join(other, 'mine.txt'), 'x'))).toEqual([]);
    expect(await judged(() => rmSync(join(other, 'evaluation.json')))).toEqual(['silent loss']);
    expect(await judged(() => writeFileSync(join(other, 'last.safetensors.17.tmp'), 'x'))).toEqual([
      'leftover',
    ]);
    const twice =
      '{"step":1,"seconds":1,"loss":2}\n{"step":2,"seconds":2,"loss":1}\n{"step":2,"seconds":2,"loss":1}\n';
    expect(await judged(() => writeFileSync(join(other, 'metrics.jsonl'), twice))).toEqual(['wrong bits']);
    expect(await judged(() => writeFileSync(join(other, 'evaluation.json'), '{"error":'))).toEqual([
      'wrong bits',
    ]);
    const { position, state } = someCheckpoint();
    const bias = { shape: [8], data: new Float32Array(8) };
    const changed = () =>
      saveCheckpoint(join(other, 'last.safetensors'), { position, state: { ...state, bias } });
    expect(await judged(changed)).toEqual(['wrong bits']);
  });

  it('sees stacks, signals and silence of a command, and lets one line pass', () => {
    const judged = (outcome: Partial<CliOutcome>) => {
      const findings = new Findings();
      const ended = {
        code: 1,
        signal: null,
        stdout: '',
        stderr: '',
        seconds: 1,
        timedOut: false,
        overMemory: false,
      };
      judgeExit({ ...ended, ...outcome }, findings);
      return [...new Set(findings.faults.map(({ kind }) => kind))];
    };
    expect(judged({ stderr: 'foreframe: there is no file x: check the name\n' })).toEqual([]);
    expect(judged({ code: 0 })).toEqual([]);
    expect(judged({ stderr: '' })).toEqual(['crash']);
    expect(judged({ stderr: 'foreframe: a\nforeframe: b\n' })).toEqual(['crash']);
    expect(
      judged({ stderr: 'foreframe: x is not a function\nthis is a fault of foreframe: run it again' }),
    ).toEqual(['crash']);
    expect(judged({ code: null, signal: 'SIGSEGV' })).toEqual(['crash']);
    expect(judged({ code: null, signal: 'SIGKILL', timedOut: true })).toEqual(['hang']);
  });

  it('counts crashes, hangs and losses, goes on after them, and repeats a case with its seed', async () => {
    const stub = resolve(import.meta.dirname, 'fixtures/stubArea.mjs');
    const records: CaseRecord[] = [];
    const stop = new AbortController();
    const runner = (area: string): CaseRunner => new WorkerProcess(area, inFolder('campaign'), stub, 5);
    const onCase = (record: CaseRecord) => {
      records.push(record);
      if (records.length === 5) stop.abort();
    };
    const options = { minutes: 60, seed: 3, folder, onCase, signal: stop.signal };
    const reporter = await runCampaign({ ...options, only: ['videos'] }, runner);
    expect(records.map(({ verdict }) => verdict)).toEqual([
      'right',
      'crash',
      'hang',
      'silent loss',
      'refused',
    ]);
    expect(records[1]!.faults[0]).toMatch(/planted crash/);
    expect(reporter.bad).toBe(3);
    expect(reporter.table().rows).toEqual([
      ['videos', '5', '1', '1', '0', '1', '1', '1', '0', '0'],
      ['all', '5', '1', '1', '0', '1', '1', '1', '0', '0'],
    ]);
    const again = await runCampaign({ ...options, case: 'videos:3' }, runner);
    expect(again.bad).toBe(1);
    expect(records.at(-1)).toMatchObject({ case: 3, seed: records[3]!.seed, verdict: 'silent loss' });
    const broken = (area: string) => new WorkerProcess(area, inFolder('broken'), join(folder, 'nothing.mjs'));
    const ended = await runCampaign({ ...options, signal: undefined, only: ['runs'] }, broken);
    expect(ended.table().rows[0]).toEqual(['runs', '1', '0', '0', '0', '1', '0', '0', '0', '0']);
    await expect(runCampaign({ ...options, only: ['vidoes'] }, runner)).rejects.toThrow(
      /did you mean videos/,
    );
    await expect(runCampaign({ ...options, case: 'videos' }, runner)).rejects.toThrow(/AREA:NUMBER/);
  });

  it('is a bench: one case of its own, a line of JSON, a table', async () => {
    const log = join(folder, 'log.jsonl');
    const args = ['bench', 'torture', '--case', 'arrays:1', '--seed', '3', '--json', log];
    const { stdout, stderr } = await foreframe(args);
    expect(stdout, stderr).toMatch(/area +cases +refused +right +skipped +crashes[\s\S]*arrays +1 /);
    expect(JSON.parse(readFileSync(log, 'utf8'))).toMatchObject({ area: 'arrays', case: 1 });
  });
});
