import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { loadCheckpoint } from '../../src/training/checkpoint.js';
import { readMetrics } from '../../src/training/metricsLog.js';
import { foreframe, TINY, temporaryFolder } from './foreframe.js';

const STEPS = 120;
const KILLS = 10;

function trainArguments(run: string): string[] {
  const often = ['--set', 'training.checkpointEvery=4', '--set', 'training.validateEvery=15'];
  return ['train', 'demo', ...TINY, ...often, '--set', `training.steps=${STEPS}`, '--run', run, '--resume'];
}

/** Kill the process without warning once it has logged `records` more steps, wherever it then is. */
function killAfter(run: string, records: number): (child: ChildProcess) => void {
  const count = () => readMetrics(join(run, 'metrics.jsonl')).length;
  return (child) => {
    const start = count();
    const timer = setInterval(() => {
      if (count() < start + records) return;
      clearInterval(timer);
      child.kill('SIGKILL');
    }, 1);
    child.on('exit', () => clearInterval(timer));
  };
}

describe('resuming', () => {
  it(`ends in the same weights, bit for bit, after ${KILLS} kills at random moments`, async () => {
    const folder = temporaryFolder();
    const [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')];
    expect(await foreframe(trainArguments(whole))).toMatchObject({ code: 0 });

    const random = new Random(20);
    let kills = 0;
    for (let attempt = 0; attempt < KILLS; attempt++) {
      const { signal } = await foreframe(trainArguments(killed), {
        onStart: killAfter(killed, 5 + random.integer(6)),
      });
      if (signal === 'SIGKILL') kills++;
    }
    expect(kills).toBe(KILLS);
    expect(await foreframe(trainArguments(killed))).toMatchObject({ code: 0 });

    const [a, b] = [whole, killed].map((run) => join(run, 'checkpoints/last.safetensors'));
    const [expected, actual] = [await loadCheckpoint(a!), await loadCheckpoint(b!)];
    expect(actual.position).toMatchObject({ ...expected.position, seconds: expect.any(Number) });
    expect(Object.keys(actual.state)).toEqual(Object.keys(expected.state));
    for (const [name, { data }] of Object.entries(expected.state)) {
      expect(Buffer.compare(bytes(actual.state[name]!.data), bytes(data)), name).toBe(0);
    }
    const losses = (run: string) =>
      readMetrics(join(run, 'metrics.jsonl')).flatMap(({ step, loss }) => (loss ? [[step, loss]] : []));
    expect(losses(killed)).toEqual(losses(whole));
    expect(losses(whole)).toHaveLength(STEPS);
  }, 600_000);

  it('saves and exits with 130 on Ctrl-C, and goes on from there', async () => {
    const run = join(temporaryFolder(), 'run');
    const endless = [...trainArguments(run), '--set', 'training.steps=100000'];
    const stopped = await foreframe(endless, {
      onStart: (child) => {
        const timer = setInterval(() => {
          if (readMetrics(join(run, 'metrics.jsonl')).length < 10) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 5);
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/stopped at step \d+; saved\. Go on with: foreframe train --resume/);
    const { position } = await loadCheckpoint(join(run, 'checkpoints/last.safetensors'));
    expect(position.step).toBe(readMetrics(join(run, 'metrics.jsonl')).at(-1)!.step);

    const more = ['--set', `training.steps=${position.step + 5}`];
    const resumed = await foreframe([...trainArguments(run), ...more]);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain(`resumed at step ${position.step}`);
    expect(readFileSync(join(run, 'config.yaml'), 'utf8')).toContain('seed: 1');
  }, 600_000);
});

function bytes(data: Float32Array | Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
