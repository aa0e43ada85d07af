import { expect, it } from 'vitest';
import { collectGarbage, memoryNow } from '../../bench/memory/soak.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import { classifier, native, patches } from './programs.js';

// tfjs counts the tensors it handed out; those of the graph's own calls show in the resident memory alone: 2 % of it are
// about 8 MB, so a step that kept 2 kB is found out. Garbage is collected every so often, because the arrays that a step
// returned raise the resident memory by some 10 MB, once, when thousands of them wait for a collection that V8 sees no need of.
it.runIf(native)('5,000 training steps keep no tensor and no memory', () => {
  const program = compile(classifier(2), { mode: 'graph' });
  const { pictures, labels } = patches(2, 1);
  const train = (steps: number) => {
    for (let step = 0; step < steps; step++) {
      program.run('train', { pictures, labels, rate: 0.001 });
      if (step % 500 === 0) collectGarbage();
    }
    return memoryNow();
  };
  const early = train(200);
  const late = train(4800);
  program.dispose();
  expect(late.tensors).toBe(early.tensors);
  expect(late.resident).toBeLessThan(early.resident * 1.02);
});
