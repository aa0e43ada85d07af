import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../src/common/errors.js';
import { readClassifierEvaluation } from '../../src/evaluation/classifierEvaluation.js';
import { type SampleRunOptions, sampleRun } from '../../src/learning/sampleRun.js';
import { sampleMethodOf } from '../../src/methods/index.js';
import type { ModelName } from '../../src/models/index.js';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { smallModel, type TinyPipeline, tinyPipeline } from '../methods/tinyPipelines.js';

type Event = Parameters<NonNullable<SampleRunOptions['onEvent']>>[0];
type Tiny = Extract<TinyPipeline, { samples: 'images' }>;

function tiny(method: string, model: ModelName, training: object = { steps: 3 }): Tiny {
  return tinyPipeline(sampleMethodOf({ name: method }), smallModel(model), training) as Tiny;
}

const temporary = () => join(mkdtempSync(join(tmpdir(), 'foreframe-samples-')), 'run');

/** Train into `folder`, noting what happened; `until` may stop it. */
async function trained(
  { config, data }: Tiny,
  options: Omit<SampleRunOptions, 'config' | 'data' | 'onEvent'> & { until?: (event: Event) => boolean },
) {
  const { until, ...rest } = options;
  const stop = new AbortController();
  const events: Event[] = [];
  const onEvent = (event: Event) => {
    events.push(event);
    if (until?.(event)) stop.abort();
  };
  const outcome = await sampleRun({ config, data, signal: stop.signal, onEvent, ...rest }).catch(
    (error: unknown) => error as Error,
  );
  return { outcome, kinds: events.map(({ kind }) => kind) };
}

describe('a run on images', () => {
  it('is stopped in its test, loses nothing, and is tested when it is resumed', async () => {
    const folder = temporary();
    // Saved for the last time: all that is left is the test.
    const saved = ({ kind, position }: Event & { position?: { step: number } }) =>
      kind === 'saved' && position?.step === 3;
    const pipeline = tiny('supervised', 'nrm', { steps: 3, checkpointEvery: 100 });
    const { outcome } = await trained(pipeline, { folder, until: saved as (event: Event) => boolean });
    expect(outcome).toBeInstanceOf(InterruptedError);
    expect((outcome as Error).message).toMatch(
      /^stopped in the test after training; the weights are saved\. Go on with: foreframe classify --resume --run /,
    );
    const run = await RunFolder.open(folder);
    expect(existsSync(run.evaluation)).toBe(false);
    expect((await loadCheckpoint(run.last)).position.step).toBe(3);

    const resumed = await trained(pipeline, { folder, resume: true });
    expect(resumed.outcome).toMatchObject({ evaluation: { last: { step: 3 } } });
    expect(resumed.kinds).not.toContain('step');
    const again = await trained(pipeline, { folder, resume: true });
    expect(again.kinds).toEqual(['finished']);
    const evaluationOf = ({ outcome: { evaluation } }: { outcome: object & { evaluation?: object } }) =>
      JSON.stringify(evaluation);
    expect(evaluationOf(again)).toBe(evaluationOf(resumed));
  });

  it('is stopped within a validation, which is repeated when it is resumed', async () => {
    const folder = temporary();
    const pipeline = tiny('supervised', 'nrm', { steps: 3, validateEvery: 2 });
    const second = (event: Event) => event.kind === 'step' && event.position.step === 2;
    const { outcome, kinds } = await trained(pipeline, { folder, until: second });
    expect((outcome as Error).message).toMatch(/^stopped at step 2; saved\. Go on with: foreframe classify/);
    expect(kinds).not.toContain('validation');
    const run = await RunFolder.open(folder);
    expect((await loadCheckpoint(run.last)).position.validationDue).toBe(true);
    await trained(pipeline, { folder, resume: true });
    const validated = readMetrics(run.metrics).filter((record) => 'validationStudent' in record);
    expect(validated.map(({ step }) => step)).toEqual([2, 3]);
  });

  it('is replaced where that is asked for, and not where it is not', async () => {
    const folder = temporary();
    await trained(tiny('supervised', 'nrm'), { folder });
    const refused = await trained(tiny('rotation', 'cnn'), { folder });
    expect((refused.outcome as Error).message).toMatch(/already holds a run: add --resume/);
    const { outcome, kinds } = await trained(tiny('rotation', 'cnn'), { folder, overwrite: true });
    expect(outcome).toMatchObject({ evaluation: { kind: 'task' } });
    expect(kinds[0]).toBe('started');
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toContain('name: rotation');
  });

  it('without labels says that it cannot stand beside classifiers', async () => {
    const folder = temporary();
    await trained(tiny('rotation', 'cnn', { steps: 1 }), { folder });
    await expect(readClassifierEvaluation(await RunFolder.open(folder))).rejects.toThrow(
      /trained without labels and answers no classes: .*`foreframe extract` and `foreframe probe`$/,
    );
  });

  it('looks at so many held-out images as it is set to, and says so', async () => {
    const pipeline = tiny('supervised', 'nrm', { steps: 1 });
    const all = await trained(pipeline, { folder: temporary() });
    const config = { ...pipeline.config, evaluation: { ...pipeline.config.evaluation, samples: 7 } };
    const some = await trained({ ...pipeline, config }, { folder: temporary() });
    const tested = ({ outcome }: typeof all) => {
      const { evaluation } = outcome as unknown as {
        evaluation: { confusion: number[][]; samples?: number };
      };
      return [evaluation.confusion.flat().reduce((a, b) => a + b, 0), evaluation.samples];
    };
    expect(tested(all)).toEqual([pipeline.data.test.count, undefined]);
    expect(tested(some)).toEqual([7, 7]);
  });

  it('trains the encoder of a network whose answers are of clips', async () => {
    const pipeline = tiny('rotation', 'cnn', { steps: 2 });
    const config = { ...pipeline.config, model: smallModel('conv-lstm-classifier') };
    const { outcome } = await trained({ ...pipeline, config }, { folder: temporary() });
    expect(outcome).toMatchObject({ evaluation: { kind: 'task', last: { step: 2 } } });
  });
});
