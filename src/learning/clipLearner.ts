import { commandOf } from '../config/anyConfig.js';
import type { PipelineConfig } from '../config/config.js';
import { Passes } from '../data/passes.js';
import type { Engine } from '../engine/engine.js';
import { errorsOf, type SplitErrors } from '../evaluation/evaluate.js';
import { clipMethodOf } from '../methods/index.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { Batch } from '../stream/index.js';
import { drawClip, LogTimes, SaveTimes } from './board/clipImages.js';
import type { Learner, Validation } from './learner.js';
import { scheduleFactor } from './schedule.js';
import { tooFewClips } from './startRefusals.js';

export interface ClipValidation extends Validation {
  readonly errors: SplitErrors;
}

/**
 * A method that learns from the clips of videos, pass by pass.
 * @param onSkipping hears how many batches of a pass are read past: those before the position of a resumed run
 */
export function clipLearner(
  config: PipelineConfig,
  source: FrameSource,
  engine: Engine,
  onSkipping?: (batches: number) => void,
): Learner<ClipValidation> {
  const { training } = config;
  const method = clipMethodOf(config.method);
  const passes = new Passes(source, config);
  const logTimes = new LogTimes();
  const saveTimes = new SaveTimes();
  const ratesOfMethod = Object.entries(method.learningRates?.(config.method) ?? {});
  return {
    countsPasses: true,
    readsOnce: source.once ?? false,
    speedName: 'framesPerSecond',
    command: commandOf(config),
    async *epoch({ epoch, batch: done }, throwIfStopped) {
      if (done > 0) onSkipping?.(done);
      let index = 0;
      for await (const { data, shape } of passes.begin(epoch)) {
        await throwIfStopped();
        if (index++ < done) continue;
        yield { entry: 'train', feeds: { clips: data }, count: shape[0] * shape[1] };
      }
      if (index === 0) throw tooFewClips(config, source);
    },
    rates(progress) {
      const factor = scheduleFactor(training.schedule, progress);
      const all = [['learningRate', training.learningRate] as const, ...ratesOfMethod];
      return Object.fromEntries(all.map(([name, rate]) => [name, rate * factor]));
    },
    async validate({ seconds }, progress) {
      const batches = training.validationBatches;
      let first: Batch | undefined;
      const logged = logTimes.isDue(seconds, progress);
      const onBatch =
        logged || saveTimes.isDue(seconds, progress)
          ? (batch: Batch) => {
              first ??= { ...batch, data: batch.data.slice() };
            }
          : undefined;
      const errors = await errorsOf(engine, source, 'validation', config, { batches, onBatch });
      if (errors.clips === 0) return undefined;
      const began = performance.now();
      const images = first && (await drawClip(engine, first, config, logged));
      if (images) saveTimes.took(seconds, (performance.now() - began) / 1000);
      const reconstructs = method.target === 'current';
      const error = reconstructs ? errors.reconstruction : errors.model;
      const baselines = { validationCopyLast: errors.copyLast, validationLinear: errors.linear };
      // Beside a reconstruction the baselines would mislead: they are guesses at the next frame.
      const figures = { validation: error, ...(!reconstructs && baselines) };
      return { error, chooses: method.choosesBest, figures, errors, ...images };
    },
    close: () => passes.close(),
  };
}
