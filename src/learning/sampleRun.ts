import { InterruptedError } from '../common/errors.js';
import { shellWord } from '../common/text/shellWord.js';
import { commandOf } from '../config/anyConfig.js';
import type { SampleConfig } from '../config/sampleConfig.js';
import { isAborted } from '../data/interruptibleSource.js';
import { askingFirst } from '../engine/askingFirst.js';
import { openSampleEngine } from '../engine/openEngine.js';
import {
  evaluateSamples,
  readSampleEvaluation,
  type SampleEvaluation,
} from '../evaluation/sampleEvaluation.js';
import type { RunFolder } from '../runs/runFolder.js';
import type { SampleData } from '../samples/sampleData.js';
import { type SessionEvent, type SessionOptions, trainSession } from './session.js';
import { type SampleEvent, trainSamples } from './trainSamples.js';

export interface SampleRunOptions extends SessionOptions {
  readonly config: SampleConfig;
  readonly data: SampleData;
  readonly onEvent?: (event: SampleEvent | SessionEvent) => void;
}

/** A finished training on images or short clips. */
export interface TestedRun {
  readonly run: RunFolder;
  readonly evaluation: SampleEvaluation;
}

/**
 * Train a method of images or short clips into a run folder, then test it: configuration, environment, metrics, checkpoints and
 * `evaluation.json`. A run that was stopped in its test is tested when it is resumed.
 * @throws what `trainSession` throws
 */
export async function sampleRun(options: SampleRunOptions): Promise<TestedRun> {
  const { config, data } = options;
  return trainSession<TestedRun>({
    ...options,
    source: `${data.description} · ${config.method.name}`,
    async finished(run, { position }) {
      const evaluation = await readSampleEvaluation(run, config).catch(() => undefined);
      return evaluation?.last.step === position.step ? { run, evaluation } : undefined;
    },
    open: async () => ({ engine: await openSampleEngine(config, data) }),
    async train({ run, engine, ...begun }) {
      await trainSamples({ ...options, ...begun, run, engine });
      const tested = askingFirst(engine, async () => {
        if (await isAborted(begun.signal)) throw stoppedInTest(config, run);
      });
      const evaluation = await evaluateSamples(run, config, tested, data);
      await engine.dispose();
      return { run, evaluation };
    },
  });
}

function stoppedInTest(config: SampleConfig, { path }: RunFolder): InterruptedError {
  return new InterruptedError(
    `stopped in the test after training; the weights are saved. Go on with: ${commandOf(config)} --resume --run ${shellWord(path)}`,
  );
}
