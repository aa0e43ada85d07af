import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { FORMAT, type RunAnalysis, writeAnalysis } from '../../src/analysis/battery/runAnalysis.js';
import { compareCommand } from '../../src/cli/analyse/compare.js';
import { loadConfig } from '../../src/config/loadConfig.js';
import { settingsOf } from '../../src/library/analysing/analysisSettings.js';
import { pipelinePath } from '../../src/library/sources/pipelinePath.js';
import { saveCheckpoint } from '../../src/runs/checkpoint.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { temporaryFolder } from './foreframe.js';

const asked = { clips: 8, people: 2, turn: 3, draws: 2, seed: 1 };
let folder: string;
let run: RunFolder;
const program = process.argv[1]!;

beforeAll(async () => {
  folder = temporaryFolder();
  const config = await loadConfig(pipelinePath('demo'));
  run = await RunFolder.create(join(folder, 'run'), config, {});
  const analysis: RunAnalysis = {
    format: FORMAT,
    ...{ run: run.path, pipeline: 'demo', model: 'frame-stack', seed: 1, step: 40, data: 'balls' },
    ...{ trainClips: 8, testClips: 2, groups: [0, 1], settings: settingsOf(config, asked), times: [1] },
    ...{ sources: ['memory'], widths: [4], truths: [], regression: [], labels: [], lowShot: [] },
    ...{ identification: [], retrieval: [], maps: [], leftOut: [] },
  };
  await writeAnalysis(join(run.path, 'analysis.json'), analysis);
  // Stands for the program that compare starts to analyse a run: it only says so.
  process.argv[1] = join(folder, 'program.mjs');
  writeFileSync(process.argv[1], `process.exit(3)`);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  process.argv[1] = program;
  await rm(folder, { recursive: true, force: true });
});

async function compare(step: number): Promise<void> {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await saveCheckpoint(run.last, { position: { step, epoch: 0, batch: 0, seconds: 1 }, state: {} });
  await compareCommand([run.path], { ...asked, out: join(folder, 'made', 'compared.html') });
}

it('takes the analysis that is kept of these weights, and analyses a run anew that was resumed', async () => {
  await compare(40);
  await expect(compare(80)).rejects.toThrow('could not be analysed');
});

it('names the folder that cannot be made, before anything is analysed', async () => {
  mkdirSync(join(folder, 'x'));
  writeFileSync(join(folder, 'x', 'file'), '');
  const out = join(folder, 'x', 'file', 'compared.html');
  await expect(compareCommand([run.path], { ...asked, out })).rejects.toThrow(
    `cannot write ${join(folder, 'x', 'file')}: a file stands where a folder is needed`,
  );
});

it('refuses runs that could not stand in one table before any is analysed', async () => {
  const position = { step: 160, epoch: 0, batch: 0, seconds: 1 };
  const twoOf = async (name: string, settings: readonly string[]) => {
    const config = await loadConfig(pipelinePath('demo'), settings);
    const other = await RunFolder.create(join(folder, name), config, {});
    await saveCheckpoint(other.last, { position, state: {} });
    return [run.path, other.path];
  };
  await saveCheckpoint(run.last, { position, state: {} });
  const out = join(folder, 'refused.html');
  // To analyse one would fail with other words.
  await expect(
    compareCommand(await twoOf('wide', ['data.width=40', 'seed=2']), { ...asked, out }),
  ).rejects.toThrow(
    /wide was analysed with frame 40×\d+ grey and .*run with .*: analyse them with the same settings/,
  );
  await expect(compareCommand(await twoOf('same', []), { ...asked, out })).rejects.toThrow(
    /are both demo of seed 1: give one of them/,
  );
  const own = await twoOf('own', ['data.dataset=null', 'data.videos=[my.mp4]']);
  await expect(compareCommand(own, { ...asked, out })).rejects.toThrow(/an analysis needs clips/);
});
