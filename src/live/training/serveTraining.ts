import { setTimeout as sleep } from 'node:timers/promises';
import { newToken } from '../server/guard.js';
import { listen } from '../server/listen.js';
import { builtPage, pageFiles, TRAINING_PAGE } from '../server/pageFiles.js';
import { trainingApp } from './trainingApp.js';
import { TrainingWatch } from './trainingWatch.js';

/** Milliseconds in which pages that wait get the end of a training, before their server goes. */
const FAREWELL = 2000;

export interface ServeTrainingOptions {
  /** Port of 127.0.0.1; a free one where 4747 is taken, by default. */
  readonly port?: number;
  /** The folder of the bundled pages; the one that was built by default. */
  readonly page?: string;
}

/** A page of a training that is being served. */
export interface ServedTraining {
  /** With its token behind the `#`, which a browser sends to nobody. */
  readonly address: string;
  /** Show the run of this folder. @throws ForeframeError when there is none, or it is damaged */
  watch(folder: string): Promise<void>;
  /** Let the pages that are open see the end, and close. */
  close(): Promise<void>;
}

/**
 * Serve the page of a training on this machine alone, before or after it begins.
 * @throws UsageError for a port that is taken; ForeframeError when the page was not built
 */
export async function serveTraining({
  port,
  page = builtPage,
}: ServeTrainingOptions = {}): Promise<ServedTraining> {
  const token = newToken();
  let watched: TrainingWatch | undefined;
  const files = await pageFiles(page, TRAINING_PAGE);
  const { app, behind } = trainingApp(files, token, () => watched);
  const listening = await listen(app.fetch, token, { port });
  return {
    address: listening.address,
    async watch(folder) {
      watched = await TrainingWatch.open(folder);
    },
    async close() {
      const until = performance.now() + FAREWELL;
      // Whatever keeps it from being seen must not hide how the training ended.
      const end = await watched?.look(true).catch(() => undefined);
      while (end && behind(end.version) > 0 && performance.now() < until) await sleep(50);
      await listening.close();
    },
  };
}
