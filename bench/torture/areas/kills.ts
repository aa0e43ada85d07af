import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../../src/common/random.js';
import { loadCheckpoint } from '../../../src/runs/checkpoint.js';
import { type Area, type CaseContext, type CaseResult, Findings } from '../area.js';
import { campaignCache } from '../campaignCache.js';
import { judgeSame } from '../compareFolders.js';
import { judgeExit, judgeWords, outcomeText, refusals } from '../judge.js';
import { pick } from '../mutation/mutate.js';
import { type CliOutcome, cli } from '../processes/cli.js';
import { commandsOn, layOut, type Materials, type WritingCommand } from '../processes/commands.js';
import { disturb, drawPlan, type Plan, planText } from '../processes/killPlan.js';
import { commandOf, killAll, marked } from '../processes/processes.js';
import { type Undisturbed, undisturbed, materials as withMaterials } from '../undisturbed.js';
import { judgeWhole } from '../wholeFiles.js';

let materials: Materials;
let commands: readonly WritingCommand[] = [];
let namespaces = false;

/** Signals at random instants of every command that writes; also two commands at once, and commands that are a container's first process. */
export const kills: Area = {
  name: 'kills',
  async prepare(shared) {
    process.env.FOREFRAME_CACHE = campaignCache(shared);
    materials = await withMaterials(shared);
    commands = weighted(commandsOn(materials.video));
    namespaces = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;
    return undefined;
  },
  async run({ random, folder, shared }: CaseContext): Promise<CaseResult> {
    const command = pick(commands, random);
    const findings = new Findings();
    const reference = await undisturbed(shared, command, materials).catch((error) => String(error));
    // Digits come over the network, once.
    if (typeof reference === 'string' && command.name === 'classify')
      return findings.result(command.name, reference, 'skipped');
    if (typeof reference === 'string') throw new Error(reference);
    const plan = drawPlan(random, {
      // The machine may have been busier when the command was measured.
      seconds: Math.min(reference.seconds, quickest.get(command.name) ?? reference.seconds),
      namespaces,
      trains: !command.readsRun && command.polite,
    });
    layOut(folder, command, materials);
    writeFileSync(join(folder, 'mine.txt'), MINE);

    const outcomes = await disturb(plan, command.args, { cwd: folder, mark: folder }, join(folder, 'run'));
    noteSeconds(command, outcomes);
    judgeEnds(command, { plan, reference, outcomes }, findings);
    await judgeStrays(folder, findings);
    await judgeWhole(folder, 'after the signal', findings);
    if (!plan.two) await judgeSaved(command, plan, outcomes[0]!, folder, findings);
    const planted = plant(folder, random);
    const finished = outcomes.some(({ code }) => code === 0);
    const done = finished || (await isDone(folder, reference));
    const lines = done && !plan.two ? [] : await goOn(command, plan, folder, done, findings);
    await judgeWhole(folder, 'in the end', findings);
    // What the other of two left goes with the next who works there: who has nothing to do may leave it.
    const cleaned = !done || !plan.two || lines.at(-1) === DONE;
    await judgeSame(folder, reference.folder, findings, { leftovers: cleaned });
    for (const file of ['mine.txt', ...planted])
      if (!existsSync(join(folder, file)) || readFileSync(join(folder, file), 'utf8') !== MINE)
        findings.add('silent loss', `a person's own ${file} is gone or changed`);
    await judgeStrays(folder, findings);
    const outcome = [...outcomes.map(outcomeText), ...lines].join(' → ');
    return findings.result(`${command.name}: ${planText(plan)}`, outcome);
  },
};

/** Seconds of the quickest of each command that came to its end. */
const quickest = new Map<string, number>();

function noteSeconds({ name }: WritingCommand, outcomes: readonly CliOutcome[]): void {
  for (const { code, seconds } of outcomes)
    if (code === 0) quickest.set(name, Math.min(seconds, quickest.get(name) ?? seconds));
}

/** Milliseconds without a sign of life after which a process of another container counts as dead. */
const OTHER_CONTAINER = 32_000;

const MINE = 'this is mine\n';
/** What trains writes most: it comes up more often. */
const weighted = (commands: readonly WritingCommand[]) =>
  commands.flatMap((command) =>
    /^train|resume/.test(command.name) ? [command, command, command] : [command],
  );

/** How the disturbed processes may end. */
function judgeEnds(
  command: WritingCommand,
  { plan, reference, outcomes }: { plan: Plan; reference: Undisturbed; outcomes: readonly CliOutcome[] },
  findings: Findings,
): void {
  outcomes.forEach((outcome, i) => {
    const { code, signal, stderr, timedOut } = outcome;
    const killed =
      signal === plan.signal || code === 137 || (plan.firstProcess && /^unshare: /m.test(stderr));
    const ours = plan.target === i || plan.target === 'both';
    if (!ours || !(killed || [130, 143, 129].includes(code ?? 0))) {
      judgeExit(outcome, findings);
      return;
    }
    judgeWords(outcome, findings);
    if (timedOut) findings.add('hang', `no end after ${plan.signal}: ${stderr.slice(-200)}`);
    if (!command.polite || plan.signal === 'SIGKILL') return;
    // Before it could hear of a signal, a process ends as any other does.
    const begun = stderr.length > 0 || plan.delay > Math.max(1500, reference.seconds * 500);
    if (begun && refusals(stderr).length !== 1)
      findings.add(
        'silent loss',
        `${plan.signal} ended it with ${refusals(stderr).length} lines: ${stderr.slice(-200)}`,
      );
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

/** Whether a command that did not end by itself had nothing left to do. */
async function isDone(folder: string, reference: Undisturbed): Promise<boolean> {
  const probe = new Findings();
  await judgeSame(folder, reference.folder, probe);
  return probe.faults.length === 0;
}

const DONE = 'exit code 0';

/** What a person tries next has to work, but where it is `done`: then it may be refused. */
async function goOn(
  { again }: WritingCommand,
  plan: Plan,
  folder: string,
  done: boolean,
  findings: Findings,
): Promise<string[]> {
  const lines: string[] = [];
  for (const args of plan.firstProcess ? [...again, 'wait' as const, ...again] : again) {
    if (args === 'wait') {
      // Only time shows whether a process of another container is still alive.
      if (!done) await new Promise((resolve) => setTimeout(resolve, OTHER_CONTAINER));
      continue;
    }
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
  if (!done) findings.add('leftover', `it cannot be gone on with, nor begun again: ${lines.join(' → ')}`);
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
