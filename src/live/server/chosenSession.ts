import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, UsageError } from '../../common/errors.js';
import { checkConfig, checkSettings } from '../../config/loadConfig.js';
import { createModel } from '../../models/index.js';
import { liveModels } from './liveModels.js';
import { liveRuns, RUNS } from './liveRuns.js';
import { type OpenSession, openSession, settingsOf } from './openSession.js';

const ASKED = 'what the page asks for';

/** Pixels. */
export const LARGEST_SIDE = 256;

const side = z.int().min(8).max(LARGEST_SIDE);
const models = Object.keys(liveModels) as (keyof typeof liveModels)[];
const newNetwork = z.strictObject({
  model: z.enum(models).optional(),
  width: side,
  height: side,
  rate: z.number().min(1).max(60),
});
const ofRun = z.strictObject({ run: z.string() });

/**
 * The session that a person chose in the page: another network, size or rate than those that `foreframe live` was started with, or a run.
 * It watches what the first one watches.
 * @param text a `LiveChoice` as JSON
 * @throws UsageError when it is none, when the model cannot be built so, or when there is no such run; ForeframeError when the run is
 * damaged
 */
export async function chosenSession(started: OpenSession, text: string): Promise<OpenSession> {
  const choice = parsed(text);
  const chosen = 'run' in choice ? await runSession(started, choice.run) : newSession(started, choice);
  return { ...chosen, page: { ...chosen.page, choice } };
}

function parsed(text: string): z.infer<typeof newNetwork> | z.infer<typeof ofRun> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${ASKED}: ${messageOf(error)}`, { cause: error });
  }
  const names = typeof raw === 'object' && raw !== null && 'run' in raw;
  return names ? checkSettings(ofRun, raw, ASKED) : checkSettings(newNetwork, raw, ASKED);
}

/** Only a name that is listed becomes a path. */
async function runSession(started: OpenSession, name: string): Promise<OpenSession> {
  if (!(await liveRuns(started.page.engine)).includes(name))
    throw new UsageError(`there is no run ${name} in ${RUNS} that this page can go on with: choose another`);
  const { page, ...run } = await openSession({ from: join(RUNS, name) });
  const { name: shown, settings, rate, fit, trained } = page;
  return { ...started, ...run, page: { ...started.page, name: shown, settings, rate, fit, trained } };
}

function newSession(
  { page, config: before, state: _, position: __, ...started }: OpenSession,
  { model: named, width, height, rate }: z.infer<typeof newNetwork>,
): OpenSession {
  const data = { ...before.data, width, height, rate };
  const config = checkConfig({ ...before, data, ...(named && { model: liveModels[named] }) }, ASKED);
  const settings = settingsOf(config, ASKED);
  // Frames may be too small for it: better said now than by a network that cannot be made.
  createModel(settings.model, settings.frame);
  const name = named ?? before.name;
  return {
    ...started,
    config,
    page: { ...page, name, settings, rate, trained: false },
    position: { step: 0, epoch: 0, batch: 0, seconds: 0 },
  };
}
