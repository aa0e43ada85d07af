import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FrozenCase, STEPS, STOP } from './case.js';
import { foreframe } from './commandLine.js';
import { firstDifference } from './compare.js';
import { digest, type Facts, isOfFolder, type Json, numbersIn } from './facts.js';
import { latentsFacts } from './latentsFacts.js';
import { runFacts } from './runFacts.js';
import { makeVideo } from './video.js';

const VIDEO = 'squares.mkv';

/**
 * Runs a case in `folder`, which exists, through the command line only, and returns the results.
 * @throws ForeframeError when a command fails
 */
export async function runCase(each: FrozenCase, folder: string): Promise<Facts> {
  const { base, parts, full = false } = each;
  if (each.video || parts.includes('predict')) await makeVideo(VIDEO, folder);
  if (base) await foreframe(['train', base.pipeline, ...sets(base.settings), '--run', 'base'], folder);
  await foreframe(trainArgs(each, 'run'), folder);
  const after: Facts = parts.includes('resume') ? { resumed: await resumed(each, folder) } : {};
  if (parts.includes('evaluate')) await foreframe(['evaluate', 'run'], folder);
  const facts: Facts = { ...runFacts(join(folder, 'run'), { full, root: folder }), ...after };
  for (const part of parts) Object.assign(facts, await afterwards[part]?.(each, folder));
  return facts;
}

function trainArgs({ command, pipeline, settings, video }: FrozenCase, run: string): string[] {
  return [command, pipeline, ...(video ? [VIDEO] : []), ...sets(settings), '--run', run];
}

const sets = (settings: readonly string[]) => settings.flatMap((setting) => ['--set', setting]);

/** Stopped and gone on with: `equal`, or where the schedule follows the budget what differs first, and a checksum of all. */
async function resumed(each: FrozenCase, folder: string): Promise<Json> {
  const { command } = each;
  await foreframe([...trainArgs(each, 'resumed'), '--set', `training.steps=${STOP}`], folder);
  const go = [command, '--resume', '--run', 'resumed', '--set', `training.steps=${STEPS}`];
  await foreframe(go, folder);
  const factsOf = (run: string) => runFacts(join(folder, run), { full: each.full ?? false, root: folder });
  const now = factsOf('resumed');
  const difference = firstDifference(factsOf('run'), now);
  if (!difference) return 'equal';
  const numbers = Object.entries(now).filter(([fact]) => !isOfFolder(fact));
  return [difference.fact, digest(JSON.stringify(numbers))];
}

type Afterwards = (each: FrozenCase, folder: string) => Promise<Facts>;

const afterwards: Partial<Record<string, Afterwards>> = {
  async extract({ layers }, folder) {
    const chosen = layers ? ['--layers', layers] : [];
    const how = ['--times', 'all', '--clips', '2', '--out', 'latents.parquet'];
    await foreframe(['extract', 'run', ...chosen, ...how], folder);
    return latentsFacts(join(folder, 'latents.parquet'));
  },

  async export(_, folder) {
    const { frames, signatures } = await foreframe(['export', 'run', '--out', 'exported'], folder);
    const weights = await readFile(join(folder, 'exported', 'variables', 'variables.data-00000-of-00001'));
    return { 'export.signatures': { frames, signatures } as Json, 'export.weights': digest(weights) };
  },

  async predict(_, folder) {
    const { out: __, ...numbers } = await foreframe(['predict', 'run', VIDEO, '--horizon', '3'], folder);
    return { predict: Object.fromEntries(numbersIn(numbers)) };
  },

  async outliers(_, folder) {
    const said = await foreframe(['outliers', 'run', '--pictures', '20'], folder);
    const lines = numbersIn(said).map(([path, value]) => `${path}=${value}`);
    return { outliers: `${lines.length} numbers ${digest(lines.join('\n'))}` };
  },
};
