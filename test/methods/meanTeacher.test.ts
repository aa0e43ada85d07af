import { beforeAll, describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import { DROPS, PLAIN, stepsOf } from './methodSteps.js';

/** A public toolkit compares the teacher with itself: its mean teacher learns as supervised learning does. */

beforeAll(() => loadTensorFlow({ precision: 'full' }));

describe('mean-teacher', () => {
  it('differs from its teacher by noise and dropout from the first step on, and else by nothing', () => {
    const consistency = (method: object, model: object) =>
      stepsOf({ name: 'mean-teacher', ...method }, model)
        .step(0)
        .figure('consistency');
    expect(consistency({ noise: 0 }, PLAIN)).toBe(0);
    expect(consistency({}, PLAIN)).toBeGreaterThan(0);
    expect(consistency({ noise: 0 }, DROPS)).toBeGreaterThan(0);
  });

  it('moves the student by this loss too, and the teacher after the student alone', () => {
    const steps = (weight: number) => {
      const { program, step } = stepsOf({ name: 'mean-teacher', weight }, PLAIN);
      step(0);
      const before = program.state();
      const { figure, feeds } = step(1);
      return { before, after: program.state(), figure, decay: Number(required(feeds, 'teacherDecay')) };
    };
    const [with_, without] = [steps(1000), steps(0)];
    expect(with_.figure('gradientNorm')).not.toBeCloseTo(without.figure('gradientNorm'), 5);
    const { before, after, decay } = with_;
    const teachers = Object.keys(after).filter((name) => name.startsWith('teacher/'));
    expect(teachers.length).toBeGreaterThan(0);
    for (const name of teachers) {
      const [was, is] = [required(before, name).data, required(after, name).data];
      const student = required(after, name.slice('teacher/'.length)).data;
      is.forEach((value, i) => {
        expect(value, name).toBeCloseTo(decay * was[i]! + (1 - decay) * student[i]!, 6);
      });
    }
    expect(Object.keys(after).filter((name) => /^optimizer.*teacher/.test(name))).toEqual([]);
  });

  it.each([
    ['nrm', DROPS],
    ['cnn', PLAIN],
  ])('shows the teacher of a %s other changes of the same images', (_, model) => {
    const how = { augmentation: { translate: 2 } };
    const same = stepsOf({ name: 'mean-teacher', noise: 0 }, PLAIN).step(0).figure('consistency');
    expect(same).toBe(0);
    expect(
      stepsOf({ name: 'mean-teacher', noise: 0 }, model, how).step(0).figure('consistency'),
    ).toBeGreaterThan(0);
  });
});
