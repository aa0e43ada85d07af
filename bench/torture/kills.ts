import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../src/common/random.js';
import { loadCheckpoint } from '../../src/training/checkpoint.js';
import { type Area, type CaseContext, type CaseResult, Findings } from './area.js';
import { campaignCache } from './campaignCache.js';
import { type CliOutcome, cli } from './cli.js';
import { COMMANDS, layOut, type Materials, type WritingCommand } from './commands.js';
import { judgeSame } from './compareFolders.js';
import { judgeExit, judgeWords, outcomeText, refusals } from './judge.js';
import { disturb, drawPlan, type Plan, planText } from './killPlan.js';
import { pick } from './mutate.js';
import { commandOf, killAll, marked } from './processes.js';
import { undisturbed, materials as withMaterials } from './undisturbed.js';
import { judgeWhole } from './wholeFiles.js';

let materials: Materials;
let namespaces = false;

/** Signals at random instants of every command that writes; also two commands at once, and commands that are a container's first process. */
export const kills: Area = {
  name: 'kills',
  async prepare(shared) {
    process.env.FOREFRAME_CACHE = campaignCache(shared);
    materials = await withMaterials(shared);
    namespaces = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;
    return undefined;
  },
  async run({ random, folder, shared }: CaseContext): Promise<CaseResult> {
    const command = pick(weighted, random);
    const findings = new Findings();
    const reference = await undisturbed(shared, command, materials);
    const plan = drawPlan(random, reference.seconds, namespaces);
    layOut(folder, command, materials);
    writeFileSync(join(folder, 'mine.txt'), MINE);

    const outcomes = await disturb(plan, command.args, { cwd: folder, mark: folder }, join(folder, 'run'));
    judgeEnds(command, plan, outcomes, folder, findings);
    await judgeStrays(folder, findings);
    await judgeWhole(folder, 'after the signal', findings);
    if (!plan.two) await judgeSaved(command, plan, outcomes[0]!, folder, findings);
    const planted = plant(folder, random);
    // Whoever finished has done all there is to do.
    const finished = outcomes.some(({ code }) => code === 0);
    const lines = finished ? [] : await goOn(command, plan, folder, findings);
    await judgeWhole(folder, 'in the end', findings);
    await judgeSame(folder, reference.folder, findings);
    for (const file of ['mine.txt', ...planted])
      if (!existsSync(join(folder, file)) || readFileSync(join(folder, file), 'utf8') !== MINE)
        findings.add('silent loss', `a person's own ${file} is gone or changed`);
    await judgeStrays(folder, findings);
    const outcome = [...outcomes.map(outcomeText), ...lines].join(' → ');
    return findings.result(`${command.name}: ${planText(plan)}`, outcome);
  },
};

const MINE = 'this is mine\n';
/** What trains writes most: it comes up more often. */
const weighted = COMMANDS.flatMap((command) =>
  /^train|resume/.test(command.name) ? [command, command, command] : [command],
);

/** How the disturbed processes may end. */
function judgeEnds(
  command: WritingCommand,
  plan: Plan,
  outcomes: readonly CliOutcome[],
  folder: string,
  findings: Findings,
): void {
  outcomes.forEach((outcome, i) => {
    judgeWords(outcome, findings);
    const { code, signal, stderr, timedOut } = outcome;
    if (timedOut) findings.add('hang', `no end after ${plan.signal}: ${stderr.slice(-200)}`);
    const ours = plan.target === i || plan.target === 'both';
    if (ours && (signal === plan.signal || code === 137)) {
      const begun = stderr.length > 0 || existsSync(join(folder, 'run', 'metrics.jsonl'));
      if (plan.signal !== 'SIGKILL' && command.polite && begun)
        findings.add('silent loss', `${plan.signal} ended it without a word`);
      return;
    }
    if (ours && [130, 143, 129].includes(code ?? 0)) {
      if (command.polite && refusals(stderr).length !== 1)
        findings.add(
          'silent loss',
          `exit code ${code} with ${refusals(stderr).length} lines: ${stderr.slice(-200)}`,
        );
      return;
    }
    judgeExit(outcome, findings);
  });
}

/** A signal that is not a kill saves every step that was logged. */
async function judgeSaved(
  command: WritingCommand,
  plan: Plan,
  { code, signal }: CliOutcome,
  folder: string,
  findings: Findings,
): Promise<void> {
  if (!command.polite || plan.signal === 'SIGKILL' || (signal === null && code !== 130)) return;
  const [metrics, last] = [
    join(folder, 'run', 'metrics.jsonl'),
    join(folder, 'run', 'checkpoints', 'last.safetensors'),
  ];
  if (command.name === 'extract' || !existsSync(metrics)) return;
  const logged = [...readFileSync(metrics, 'utf8').matchAll(/"step":(\d+)/g)].length;
  const steps = Math.max(
    0,
    ...[...readFileSync(metrics, 'utf8').matchAll(/"step":(\d+)/g)].map(([, step]) => Number(step)),
  );
  const saved = existsSync(last) ? (await loadCheckpoint(last).catch(() => undefined))?.position.step : 0;
  if (logged > 0 && saved !== undefined && saved < steps)
    findings.add('silent loss', `${plan.signal} lost steps ${saved + 1} to ${steps}`);
}

/** A person's own files in a run folder that stands. */
function plant(folder: string, random: Random): string[] {
  if (!existsSync(join(folder, 'run', 'config.yaml')) || random.integer(2) === 0) return [];
  const files = ['run/mine.txt', 'run/samples/mine.png', 'run/checkpoints/mine.bin'].filter((file) =>
    existsSync(join(folder, file, '..')),
  );
  for (const file of files) writeFileSync(join(folder, file), MINE);
  return files;
}

/** What a person tries next has to work. */
async function goOn(
  { again }: WritingCommand,
  plan: Plan,
  folder: string,
  findings: Findings,
): Promise<string[]> {
  const lines: string[] = [];
  for (const args of again) {
    const outcome = await cli(args, {
      cwd: folder,
      mark: folder,
      firstProcess: plan.firstProcess,
      limit: 120,
    });
    judgeExit(outcome, findings);
    lines.push(outcomeText(outcome));
    if (outcome.code === 0) return lines;
  }
  findings.add('leftover', `it cannot be gone on with, nor begun again: ${lines.join(' → ')}`);
  return lines;
}

/** Processes that are left a while after the last of their parents. */
async function judgeStrays(folder: string, findings: Findings): Promise<void> {
  let left = marked(folder);
  for (let wait = 0; left.length > 0 && wait < 30; wait++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    left = marked(folder);
  }
  if (left.length === 0) return;
  findings.add('leftover', `still running: ${left.map(commandOf).join('; ')}`);
  killAll(left);
}
