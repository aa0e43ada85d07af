import { messageOf } from '../../common/errors.js';
import type { TrainEvent } from '../../library/training/trainEvent.js';
import { openBrowser } from '../terminal/openBrowser.js';

export interface TrainingPageOptions {
  /** Show the training on a page while it goes on. */
  readonly live?: boolean;
  readonly port?: number;
  readonly open?: boolean;
}

/** What a training does with its page. */
type Show = (event: TrainEvent, onNote: (note: string) => void) => void;

/**
 * Train, with a page that shows it from its beginning to its end. What would keep the page from opening is refused before anything is
 * trained; what befalls it later does not end the training.
 * @throws what `serveTraining` throws, and `train`
 */
export async function withTrainingPage<T>(
  { live = false, port, open = true }: TrainingPageOptions,
  train: (show: Show) => Promise<T>,
): Promise<T> {
  if (!live) return train(() => {});
  // Loaded where it is asked for: most trainings serve nothing.
  const { serveTraining } = await import('../../live/training/serveTraining.js');
  const served = await serveTraining({ port });
  const begin = async (folder: string, onNote: (note: string) => void) => {
    try {
      await served.watch(folder);
      onNote(`live: ${served.address}`);
      if (open && process.stderr.isTTY) openBrowser(served.address);
    } catch (error) {
      onNote(`warning: no live page: ${messageOf(error)}`);
    }
  };
  try {
    return await train((event, onNote) => {
      if (event.kind === 'started') void begin(event.folder, onNote);
    });
  } finally {
    await served.close();
  }
}
