import { expect, it } from 'vitest';
import { foreframe } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

const kept = keptForeframe();

it.each([
  ['evaluate', 'missing required argument'],
  ['evaluate runs/x --stepps 2', "unknown option '--stepps': did you mean --steps?"],
  ['evaluate runs/x --steps y', '--steps y: give an integer from 1 on'],
  ['trian', "unknown command 'trian': did you mean train?"],
  ['train video a.mp4 --on-corrupt what', '--on-corrupt what: Allowed choices are skip, fail'],
  ['train --run', '--run stands alone: write --run <dir>'],
  ['train demo --set training.stepps=2', '--set training.stepps=2: unknown key training.stepps'],
])('foreframe %s is answered in one line that says what to do', async (line, words) => {
  const outcome = await foreframe(line.split(' '));
  const { code, stdout, stderr } = outcome;
  expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({
    code: 2,
    stdout: '',
    lines: 1,
  });
  expect(stderr).toMatch(/^foreframe: /);
  expect(stderr).toContain(words);
  // The process that other tests ask says the same.
  expect(await kept(line.split(' '))).toEqual(outcome);
});
