import { beforeAll, describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { servedSamples } from '../../src/engine/serving/servedSamples.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import type { Feed, Named, Program } from '../../src/tensorflow/spec/program.js';
import { CLASSES, data, firstStep, PLAIN, pipelineOf, SIDE, stepsOf } from './methodSteps.js';

beforeAll(() => loadTensorFlow({ precision: 'full' }));

const METHOD = { name: 'temporal-ensembling', noise: 0 };
const ALPHA = 0.6;
const SAMPLES = data.train.count;
/** Steps in which each sample is seen once: 5 in each. */
const EPOCH = SAMPLES / 5;

const standing = (feeds: Named<Feed>) => ({ ...feeds, learningRate: 0 });

/** What is kept of each sample. */
function bankOf(program: Program) {
  const state = program.state();
  const rows = required(state, 'method/ensemble');
  expect(rows.shape).toEqual([SAMPLES, CLASSES]);
  return {
    rows: Array.from({ length: SAMPLES }, (_, at) => [...rows.data.slice(at * CLASSES, (at + 1) * CLASSES)]),
    seen: [...required(state, 'method/ensemble.seen').data],
  };
}

const ordered = (values: Iterable<number>) => [...values].sort((a, b) => a - b);
const places = (feeds: Named<Feed>) => required(feeds, 'places') as Int32Array;

describe('temporal ensembling', () => {
  it('says which samples a step sees: those whose images it is fed', () => {
    const { feeds } = firstStep(METHOD, PLAIN);
    const pixels = data.train.images.length / SAMPLES;
    const shown = required(feeds, 'unlabelled') as Uint8Array;
    for (const [at, place] of places(feeds).entries())
      expect(shown.slice(at * pixels, (at + 1) * pixels)).toEqual(
        data.train.images.slice(place * pixels, (place + 1) * pixels),
      );
  });

  it('has no target in the first epoch; after it the target is the answer itself', () => {
    const { program, step } = stepsOf(METHOD, PLAIN, { mode: 'auto' });
    for (let at = 0; at < EPOCH; at++) expect(step(at, standing).figure('agreement')).toBe(0);
    const { rows, seen } = bankOf(program);
    expect(seen).toEqual(new Array<number>(SAMPLES).fill(1));
    for (const row of rows) expect(row.reduce((a, b) => a + b) / (1 - ALPHA)).toBeCloseTo(1, 5);
    // Of weights that stand still: the answer is what it was.
    for (let at = EPOCH; at < 3 * EPOCH; at++)
      expect(step(at, standing).figure('agreement')).toBeLessThan(1e-12);
    // And of others it is not.
    step(3 * EPOCH, (feeds) => ({ ...feeds, learningRate: 0.5 }));
    expect(step(3 * EPOCH + 1, standing).figure('agreement')).toBeGreaterThan(1e-6);
  });

  it('keeps α of the mean and takes 1 − α of the new answer', () => {
    const first = stepsOf(METHOD, PLAIN);
    for (let at = 0; at < EPOCH; at++) first.step(at, standing);
    const before = bankOf(first.program).rows;
    // Other weights, once with what is kept and once without.
    const weights = Object.fromEntries(
      Object.entries(first.program.state()).map(([name, { shape, data }]) => [
        name,
        name.startsWith('conv')
          ? { shape, data: Float32Array.from(data, (value) => -value) }
          : { shape, data },
      ]),
    );
    first.program.restore(weights);
    const fresh = stepsOf(METHOD, PLAIN);
    const { 'method/ensemble': kept, 'method/ensemble.seen': counted, ...network } = weights;
    expect([kept?.shape, counted?.shape]).toEqual([[SAMPLES, CLASSES], [SAMPLES]]);
    fresh.program.restore(network);
    const { feeds } = first.step(EPOCH, standing);
    fresh.step(EPOCH, standing);
    const [after, other] = [bankOf(first.program), bankOf(fresh.program)];
    for (const place of places(feeds)) {
      expect(after.seen[place]).toBe(2);
      expect(other.rows[place]).not.toEqual(before[place]);
      after.rows[place]!.forEach((value, c) => {
        expect(value).toBeCloseTo(ALPHA * before[place]![c]! + other.rows[place]![c]!, 6);
      });
    }
  });

  it('leaves what it keeps of samples that a step does not see, bit for bit', () => {
    const { program, step } = stepsOf(METHOD, PLAIN);
    const { feeds: first } = step(0);
    const before = bankOf(program);
    const { feeds: second } = step(1);
    const after = bankOf(program);
    const seen = [...places(first), ...places(second)];
    for (let at = 0; at < SAMPLES; at++) {
      expect(after.seen[at]).toBe(seen.includes(at) ? 1 : 0);
      if (!places(second).includes(at)) expect(after.rows[at]).toEqual(before.rows[at]);
      if (!seen.includes(at)) expect(ordered(after.rows[at]!).at(-1)).toBe(0);
    }
  });

  it('counts a sample once that comes twice in a step, by the mean of its answers', () => {
    const { program, step } = stepsOf(METHOD, PLAIN);
    const { feeds } = step(0, standing);
    const apart = bankOf(program).rows;
    const twice = stepsOf(METHOD, PLAIN);
    const [a, b, ...others] = places(feeds);
    twice.step(0, (given) => ({ ...given, learningRate: 0, places: Int32Array.of(a!, a!, ...others) }));
    const { rows, seen } = bankOf(twice.program);
    expect([seen[a!], seen[b!]]).toEqual([1, 0]);
    rows[a!]!.forEach((value, c) => {
      expect(value).toBeCloseTo((apart[a!]![c]! + apart[b!]![c]!) / 2, 6);
    });
  });

  it('gives out a network without it', () => {
    const image = { height: SIDE, width: SIDE, channels: 1 };
    const { program } = servedSamples({ samples: pipelineOf(METHOD, PLAIN), image }, 1);
    const names = Object.keys(program.at(program.sizes).variables);
    expect(names).toContain('teacher/classifier.weight');
    expect(names.filter((name) => name.startsWith('method/'))).toEqual([]);
  });

  it('goes on bit for bit from what is saved, in the second epoch too', () => {
    const whole = stepsOf({ name: 'temporal-ensembling' }, PLAIN);
    for (let at = 0; at < EPOCH + 2; at++) whole.step(at);
    const saved = whole.program.state();
    const resumed = stepsOf({ name: 'temporal-ensembling' }, PLAIN);
    resumed.program.restore(saved);
    for (let at = EPOCH + 2; at < EPOCH + 4; at++) {
      const expected = whole.step(at).figure('agreement');
      expect(expected).toBeGreaterThan(0);
      expect(resumed.step(at).figure('agreement')).toBe(expected);
    }
    expect(resumed.program.state()).toEqual(whole.program.state());
    // Without what it keeps it would have no target.
    const forgetful = stepsOf({ name: 'temporal-ensembling' }, PLAIN);
    const { 'method/ensemble': _, 'method/ensemble.seen': __, ...network } = saved;
    forgetful.program.restore(network);
    expect(forgetful.step(EPOCH + 2).figure('agreement')).toBe(0);
  });
});
