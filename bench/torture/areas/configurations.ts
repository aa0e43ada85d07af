import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageFolder } from '../../../src/common/files/packageFolder.js';
import type { Random } from '../../../src/common/random.js';
import { checkAnyConfig, loadAnyConfig } from '../../../src/config/loadConfig.js';
import { type Area, type CaseContext, type CaseResult, Findings, oneLine } from '../area.js';
import { campaignCache } from '../campaignCache.js';
import { judgeError, judgeExit, outcomeText } from '../judge.js';
import { pick } from '../mutation/mutate.js';
import { type MutatedConfig, mutateConfig } from '../mutation/mutateConfig.js';
import { cli } from '../processes/cli.js';

/** Of ten cases, so many go through a real `train` of one step where their pipeline is accepted. */
const TRAINED = 3;
/** Seconds of a processor that checking a pipeline may take. */
const SLOW = 5;
/** The memory limit given to foreframe; the guard is a little above it. */
const MEMORY = { FOREFRAME_MEMORY: '3500MB' };

let pipelines: { name: string; text: string }[] = [];
const ofObject = Object.getOwnPropertyNames(Object.prototype);
const warnings: string[] = [];

/** Mutated pipelines: checked in this process, and a share of them trained for a step. */
export const configurations: Area = {
  name: 'configurations',
  async prepare(shared) {
    process.env.FOREFRAME_CACHE = campaignCache(shared);
    const folder = join(packageFolder, 'pipelines');
    pipelines = readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
    process.on('warning', (warning) => warnings.push(`${warning.name}: ${warning.message}`));
    return undefined;
  },
  async run(context): Promise<CaseResult> {
    const trains = context.random.integer(10) < TRAINED;
    const base = trains ? smallPipeline(context.random) : pick(pipelines, context.random);
    const mutated = mutateConfig(base.text, context.random);
    const file = join(context.folder, 'pipeline.yaml');
    writeFileSync(file, mutated.text);
    const findings = new Findings();
    const what = oneLine(`${base.name}: ${mutated.what}`, 200);
    const line = await check(file, mutated, findings);
    judgeProcess(findings);
    if (line !== undefined) return findings.result(what, line, 'refused');
    if (!trains) return findings.result(what, 'accepted');
    return trainOne(context, file, mutated, what, findings);
  },
};

/** @returns the line of a refusal */
async function check(file: string, { settings }: MutatedConfig, findings: Findings) {
  const started = process.cpuUsage();
  try {
    const config = await loadAnyConfig(file, settings);
    // What is checked stays what it is when it is checked again: this is how run folders are read.
    checkAnyConfig(JSON.parse(JSON.stringify(config)) as object, file);
    return undefined;
  } catch (error) {
    return judgeError(error, findings);
  } finally {
    const took = process.cpuUsage(started).user / 1e6;
    if (took > SLOW) findings.add('hang', `checking it took ${took.toFixed(0)} s of a processor`);
    // Warnings are emitted one turn later.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a pipeline may not do to the process that reads it. */
function judgeProcess(findings: Findings): void {
  for (const name of Object.getOwnPropertyNames(Object.prototype)) {
    if (ofObject.includes(name)) continue;
    findings.add('wrong bits', `every object now has a ${name}`);
    delete (Object.prototype as unknown as Record<string, unknown>)[name];
  }
  for (const warning of warnings.splice(0)) findings.add('crash', `a library's own warning: ${warning}`);
}

async function trainOne(
  { folder }: CaseContext,
  file: string,
  { settings }: MutatedConfig,
  what: string,
  findings: Findings,
): Promise<CaseResult> {
  const set = [...settings, 'training.steps=1'].flatMap((each) => ['--set', each]);
  const args = ['train', file, ...set, '--run', join(folder, 'run')];
  const outcome = await cli(args, { cwd: folder, mark: folder, env: MEMORY, limit: 100 });
  const done = judgeExit(outcome, findings);
  if (outcome.overMemory) findings.add('crash', 'more than 4 GB of memory, and no refusal beforehand');
  return findings.result(`train ${what}`, outcomeText(outcome), done ? 'right' : 'refused');
}

const MODELS = [
  { name: 'frame-stack', channels: 4, blocks: 1 },
  { name: 'pgn', filters: [4, 4], lstm: 8 },
  { name: 'pgn', filters: [4], lstm: 8, output: 'residual' },
  { name: 'conv-lstm', channels: [4], patch: 2 },
  { name: 'autoencoder', filters: [4], units: 8 },
];

/** One that trains in a second. */
function smallPipeline(random: Random): { name: string; text: string } {
  const { name, ...model } = pick(MODELS, random);
  const config = {
    name: 'small',
    seed: 1,
    threads: 1,
    data: {
      dataset: 'bouncing-balls',
      via: 'arrays',
      clips: { train: 4, validation: 2, test: 2, frames: 12 },
      width: 10,
      height: 10,
      steps: 3,
      shuffle: 4,
      prefetch: 1,
    },
    model: { name, ...model },
    method: { name: 'next-frame', rollout: 0 },
    training: {
      batch: 2,
      steps: 1,
      learningRate: 0.001,
      optimizer: { kind: 'adam' },
      validationBatches: 1,
    },
    evaluation: { horizon: 2 },
  };
  return { name: `small ${name}`, text: stringify(config) };
}
