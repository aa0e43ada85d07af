import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLatents } from '../../src/analysis/latents/readLatents.js';
import { compareRuns, evaluate, extract, probe, train } from '../../src/index.js';
import { loadPipeline } from '../../src/library/sources/loadPipeline.js';
import { pipelinePath } from '../../src/library/sources/pipelinePath.js';
import { writeVideo } from '../../src/video/index.js';
import { expectRefusal, foreframe, type Outcome, temporaryFolder } from '../cli/foreframe.js';
import { keptForeframe } from '../cli/keptForeframe.js';
import { quickFfmpeg } from '../video/codedVideo.js';

quickFfmpeg();

const kept = keptForeframe('one-thread');
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const run = at('runs/table');
const [SIDE, FRAMES, EACH, PEOPLE] = [16, 6, 12, 6];
const CLASSES = ['goes left', 'goes right'];
/** Trained by the command line. */
let trained: Outcome;

/** A bright square that goes to one side: no single frame says to which. Each of six people made two clips of each class. */
beforeAll(async () => {
  const lines = ['path,label,group,speed'];
  for (const [label, name] of CLASSES.entries())
    for (let clip = 0; clip < EACH; clip++) {
      const file = `clips/${name}/${clip}.mp4`;
      mkdirSync(at(`clips/${name}`), { recursive: true });
      await writeVideo(at(file), walk(label === 0 ? -1 : 1, clip), { rate: 10, quality: 'lossless' });
      lines.push(`${file},${name},person ${clip % PEOPLE},${(clip * 7) % 5}`);
    }
  writeFileSync(at('clips.csv'), `${lines.join('\n')}\n`);
  writeFileSync(at('walks.yaml'), JSON.stringify(pipeline({ manifest: at('clips.csv'), labels: 12 })));
  trained = await kept(['train', 'walks.yaml', '--run', run], { cwd: folder });
}, 600_000);

async function* walk(step: number, clip: number) {
  const top = (clip * 5) % (SIDE - 4);
  // All places of a way to the left are those of one to the right.
  const start = step > 0 ? 0 : FRAMES - 1;
  for (let index = 0; index < FRAMES; index++) {
    const data = new Uint8Array(SIDE * SIDE).fill(20);
    const left = 2 * (start + step * index) + (clip % 2);
    for (let y = top; y < top + 4; y++) data.fill(230, y * SIDE + left, y * SIDE + left + 4);
    const shape = { width: SIDE, height: SIDE, channels: 1 as const };
    yield { data, ...shape, time: index / 10, index, source: 'walk' };
  }
}

function pipeline(data: object, more: object = {}) {
  return {
    name: 'walks',
    threads: 1,
    data: { size: SIDE, color: 'grey', clips: { frames: FRAMES }, ...data },
    model: { name: 'conv-lstm-classifier', filters: [8], channels: 8 },
    method: { name: 'supervised' },
    training: {
      labelled: 10,
      unlabelled: 0,
      steps: 60,
      learningRate: 0.03,
      validateEvery: 20,
      teacherDecay: 0.8,
    },
    ...more,
  };
}

describe('a network that watches clips of ones own', () => {
  it('learns which way they go from a table, by people, and says how sure that is, class by class', async () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(
      /clips\.csv \(24 clips of 2 classes, 3 \+ 1 \+ 2 groups: 12 \+ 4 \+ 8 to train, validate and test\), cut into 12 \+ 4 \+ 8 of 6 frames, 12 labels/,
    );
    for (const name of CLASSES) expect(trained.stdout).toMatch(new RegExp(`${name} +4 `));
    expect(trained.stdout).toMatch(
      /% wrong \(95 %: [\d.]+ to [\d.]+, over 2 files or groups of 8 test clips\)/,
    );

    const answer = await evaluate(run);
    if (answer.kind !== 'images' || answer.evaluation.kind !== 'classifier') expect.unreachable();
    const { classes, testError, groups, clips } = answer.evaluation;
    expect(classes).toEqual(CLASSES);
    // Chance is 50 %, and no single frame helps.
    expect(testError).toBeLessThanOrEqual(12.5);
    expect(clips).toMatchObject({ train: 12, validation: 4, test: 8, frames: FRAMES });
    // Nobody is on two sides, and the answers by person are those of all.
    expect(groups!.map(({ tested }) => tested)).toEqual([4, 4]);
    expect(groups!.reduce((sum, { wrong }) => sum + wrong, 0)).toBe((8 * testError) / 100);
    const { interval } = JSON.parse((await kept(['evaluate', run, '--json'])).stdout);
    expect(interval.low).toBeLessThanOrEqual(testError);
    expect(interval.high).toBeGreaterThan(testError);
  });

  it('is extracted with what it remembers: the way can be read from its memory, and not from single frames', async () => {
    const out = at('walks.parquet');
    await extract(run, { out, layers: ['lstm.h', 'features', 'pixels'] });
    const { columns, rows } = await readLatents(out, { layers: [] });
    expect(rows).toBe(24);
    const { group, split } = columns as Record<string, string[]>;
    // Nobody is on two sides.
    expect(new Set(group!.map((person, row) => `${person} ${split![row]}`)).size).toBe(PEOPLE);
    const read = async (layer: string) => {
      const probed = await probe(out, { target: 'label', method: 'svm', layer });
      return probed.kind === 'scores' ? probed.scores[0]!.score.value : Number.NaN;
    };
    expect(await read('features')).toBeGreaterThan(0.85);

    // Memory carried on through each whole file gives the same rows.
    const followed = at('followed.parquet');
    await extract(run, { out: followed, every: 'clip', layers: ['features'] });
    const [apart, together] = [await readLatents(followed), await readLatents(out, { layers: ['features'] })];
    expect(Object.keys(apart.columns)).not.toContain('prediction_error');
    apart.layers.features!.data.forEach((value, i) => {
      expect(value).toBeCloseTo(together.layers.features!.data[i]!, 5);
    });

    // After one frame there is nothing to remember.
    const early = at('early.parquet');
    await extract(run, { out: early, layers: ['features'], times: [1] });
    const first = await readLatents(early);
    expect(Array.from(first.layers.features!.data)).not.toEqual(Array.from(together.layers.features!.data));
  });

  it('is analysed with the names of its classes, and compared run by run', async () => {
    const analysed = await foreframe(['analyse', run, '--draws', '1'], { cwd: folder });
    expect(analysed.code, analysed.stderr).toBe(0);
    expect(analysed.stdout).toMatch(/label is classified correctly for \d+ %/);
    const { labels, maps, groups } = JSON.parse(readFileSync(join(run, 'analysis.json'), 'utf8'));
    // Two people, four test clips each.
    expect(groups.toSorted()).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(analysed.stdout).toContain('draws over the 2 groups or files of the test clips');
    expect(labels[0].byClass).toMatchObject(CLASSES.map((name) => ({ name, clips: 4 })));
    expect(maps[0].colours[0]).toMatchObject({ name: 'label', kind: 'class', names: CLASSES });
    const page = readFileSync(join(run, 'analysis.html'), 'utf8');
    for (const name of CLASSES) expect(page).toMatch(new RegExp(`>${name}</t[dh]>`));

    const config = pipeline({ manifest: at('clips.csv'), labels: 4 }, { name: 'few' });
    await train({ config, folder: at('runs/few') });
    const { kind, differences } = await compareRuns([run, at('runs/few')], { out: at('two.html') });
    expect(kind).toBe('images');
    expect(differences).toMatchObject([
      { figure: 'test error %', paired: true, over: { count: 2, of: 'groups' } },
    ]);
  });

  it('takes the place of the dataset of a pipeline, whose counts are of that', async () => {
    const config = await loadPipeline(pipelinePath('classify-ten-faces-50-labels'), [], {
      videos: [at('clips')],
    });
    expect(config.data).toMatchObject({ folder: at('clips'), labels: 50, clips: { frames: 4, train: 5000 } });
  });

  it.each([
    // Each network once; test/methods tries all methods.
    ['mean-teacher', { name: 'conv-lstm-classifier', filters: [4], channels: 4 }],
    ['nrm', { name: 'dynamic-nrm', layers: [{ filters: 4, pool: { kind: 'max' } }], normalization: 'bias' }],
    ['supervised', { name: 'cnn', blocks: [{ filters: 4 }] }],
  ])(
    'is trained by %s as %j on a folder for each class, to layers with rows of each clip',
    async (method, model) => {
      const few = { steps: 2, labelled: 4, unlabelled: 4, validateEvery: 2 };
      const config = pipeline(
        { folder: at('clips'), labels: 6 },
        { model, method: { name: method }, training: few },
      );
      const name = `${method}-${model.name}`;
      const trained = await train({ config, folder: at(name) });
      if (trained.kind !== 'images' || trained.evaluation.kind !== 'classifier') expect.unreachable();
      expect(trained.evaluation).toMatchObject({ labels: 6, classes: CLASSES });
      expect(trained.evaluation.confusion.flat().reduce((a, b) => a + b)).toBe(2);
      // A sample of each file: groups would say nothing more.
      expect(trained.evaluation.groups).toBeUndefined();
      const { rows } = await extract(at(name), { out: at(`${name}.parquet`) });
      expect(rows).toBe(24);
    },
  );

  it.each([
    [
      'predict',
      [run, 'clips/goes left/0.mp4'],
      2,
      /learned from labelled clips and expects no frames: this needs a run that predicts/,
    ],
    [
      'train',
      ['walks.yaml', '--set', 'data.clips.test=5', '--run', at('none')],
      2,
      /data\.clips\.test: of your own clips there are as many as there are: leave this out/,
    ],
    [
      'train',
      ['walks.yaml', '--set', 'data.labels=14', '--run', at('none')],
      2,
      /data\.labels: .* has 6 with label goes left to train on, not 7: ask for 12 labels or fewer/,
    ],
    [
      'train',
      ['walks.yaml', '--set', 'data.clips.frames=9', '--run', at('none')],
      1,
      /no clip of the validation split holds 9 frames/,
    ],
  ] as [string, string[], number, RegExp][])(
    'refuses %s %j in a line',
    async (command, args, code, words) => {
      expectRefusal(await kept([command, ...args], { cwd: folder }), code, words);
    },
  );
});
