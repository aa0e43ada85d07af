import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLatents } from '../../src/analysis/latents/readLatents.js';
import { checkSettings } from '../../src/config/loadConfig.js';
import { sampleConfig } from '../../src/config/sampleConfig.js';
import { evaluate, extract, train } from '../../src/index.js';
import { sampleData } from '../../src/library/sources/sampleData.js';
import { foreframe } from '../cli/foreframe.js';
import { ffmpeg, temporaryFolder } from '../video/makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const SHADES = { dark: 40, grey: 120, light: 220 };
const EACH = 12;

/** A folder for each class, of JPEG and PNG in several sizes: each image is of one shade, its own. */
beforeAll(async () => {
  for (const [label, shade] of Object.entries(SHADES)) {
    mkdirSync(at(`images/${label}`), { recursive: true });
    for (let i = 0; i < EACH; i++) {
      const [width, height] = i % 3 === 0 ? [20, 30] : [24, 24];
      const background = { r: shade + i, g: shade + i, b: shade + i };
      const name = `images/${label}/${i}.${i % 2 ? 'png' : 'jpg'}`;
      await sharp({ create: { width: width!, height: height!, channels: 3, background } })
        .jpeg({ quality: 100 })
        .toFormat(i % 2 ? 'png' : 'jpeg')
        .toFile(at(name));
    }
  }
});

function pipeline(
  data: object,
  method: object = { name: 'supervised' },
  model: object = { name: 'cnn', blocks: [{ filters: 4 }] },
) {
  return {
    name: 'own',
    data: { size: 8, color: 'grey', ...data },
    model,
    method,
    training: { steps: 3, labelled: 6, unlabelled: 6, validateEvery: 3 },
  };
}

const load = (data: object, method?: object) => {
  const config = checkSettings(sampleConfig, pipeline(data, method), 'own');
  return sampleData(config);
};

describe('images of ones own', () => {
  it('come in one size, each with its class, split by class, with a balanced budget', async () => {
    const { train, validation, test, labelled, classes, description } = await load({
      folder: at('images'),
      labels: 9,
    });
    expect(description).toBe(
      'images (36 images of 3 classes, 30 + 3 + 3 files: 30 + 3 + 3 to train, validate and test), 9 labels (draw 1)',
    );
    expect(classes).toEqual(['dark', 'grey', 'light']);
    const byClass = (labels: readonly number[]) =>
      [0, 1, 2].map((c) => labels.filter((each) => each === c).length);
    expect(byClass(labelled.map((place) => train.labels[place]!))).toEqual([3, 3, 3]);
    const shades = new Set<number>();
    for (const set of [train, validation, test]) {
      expect(set).toMatchObject({ side: 8, channels: 1 });
      expect(set.images.length).toBe(set.count * 64);
      for (let i = 0; i < set.count; i++) {
        const shade = Object.values(SHADES)[set.labels[i]!]!;
        const value = set.images[i * 64 + 20]!;
        expect(value - shade).toBeGreaterThanOrEqual(-1);
        expect(value - shade).toBeLessThan(EACH + 1);
        shades.add(100 * set.labels[i]! + value);
      }
    }
    // Every image is in one of the splits.
    expect(shades.size).toBeGreaterThan(30);
    const all = await load({ folder: at('images') });
    expect(all.labelled).toHaveLength(30);
    const larger = (await load({ folder: at('images'), labels: 18 })).labelled;
    expect(labelled.every((place) => larger.includes(place))).toBe(true);
  });

  it('may lack labels where there are enough, and colour', async () => {
    const rows = Object.keys(SHADES).flatMap((label) =>
      Array.from(
        { length: EACH },
        (_, i) => `images/${label}/${i}.${i % 2 ? 'png' : 'jpg'},${i < 6 ? label : ''},${i}`,
      ),
    );
    writeFileSync(at('some.csv'), `path,label,number\n${rows.join('\n')}\n`);
    const { train, labelled, test } = await load({ manifest: at('some.csv'), color: 'rgb' });
    expect([train.count, labelled.length, test.count, train.channels]).toEqual([30, 12, 3, 3]);
    expect(labelled.every((place) => train.labels[place]! < 3)).toBe(true);
    expect(train.labels.filter((label) => label === 255)).toHaveLength(18);
  });

  it('as a flat folder are enough for a method without labels', async () => {
    const { train, classes, labelled } = await load({ folder: at('images/dark') }, { name: 'rotation' });
    expect([train.count, classes, labelled]).toEqual([10, [], []]);
    await expect(load({ folder: at('images/dark') })).rejects.toThrow(
      /dark: the images have no labels, which this method learns from/,
    );
  });

  it('train a network with as many classes, which knows them ever after', async () => {
    const network = {
      name: 'nrm',
      layers: [{ filters: 4, kernel: 5, pool: { size: 4 } }],
      globalPooling: 'none',
    };
    const config = pipeline({ folder: at('images'), labels: 'all' }, { name: 'nrm' }, network);
    const trained = await train({ config, folder: at('nrm') });
    if (trained.kind !== 'images' || trained.evaluation.kind !== 'classifier') expect.unreachable();
    expect(trained.evaluation.confusion.map((row) => row.length)).toEqual([3, 3, 3]);
    expect(trained.evaluation).toMatchObject({ dataset: 'images', classes: ['dark', 'grey', 'light'] });
    expect(readFileSync(at('nrm/config.yaml'), 'utf8')).toMatch(/classes: 3/);
    // Evaluated anew, with the classes in the same order and the same test images.
    const again = await evaluate(at('nrm'));
    expect(again).toMatchObject({
      kind: 'images',
      evaluation: { testError: trained.evaluation.testError, confusion: trained.evaluation.confusion },
    });
    const resumed = await train({
      config: { ...config, training: { ...config.training, steps: 4 } },
      folder: at('nrm'),
      resume: true,
    });
    expect(resumed).toMatchObject({ evaluation: { last: { step: 4 } } });

    const out = at('nrm.parquet');
    await extract(at('nrm'), { out, layers: ['pixels'] });
    const { columns, layers } = await readLatents(out);
    expect(layers.pixels).toMatchObject({ rows: 36, columns: 64 });
    (columns.label as string[]).forEach((label, row) => {
      const { name } = { name: label as keyof typeof SHADES };
      const value = 255 * layers.pixels!.data[row * 64 + 20]!;
      expect(
        Math.abs(value - SHADES[name] - Number(/(\d+)\.\w+$/.exec(columns.file![row] as string)![1])),
      ).toBeLessThan(2);
    });
  });

  it('are named on the command line', async () => {
    writeFileSync(at('own.yaml'), JSON.stringify(pipeline({ dataset: 'mnist', labels: 6, size: 8 })));
    const { code, stdout, stderr } = await foreframe(
      ['classify', 'own.yaml', 'images', '--run', 'cli', '--json'],
      { cwd: folder },
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      dataset: 'images',
      labels: 6,
      classes: ['dark', 'grey', 'light'],
    });
  });

  it('as short clips feed a network that watches them', async () => {
    for (const [label, source] of [
      ['still', 'color=c=gray:'],
      ['moving', 'testsrc2='],
    ])
      for (let i = 0; i < 4; i++) {
        mkdirSync(at(`clips/${label}`), { recursive: true });
        ffmpeg(
          '-f',
          'lavfi',
          '-i',
          `${source}s=32x32:r=10:d=0.8`,
          '-pix_fmt',
          'yuv420p',
          at(`clips/${label}/${i}.mp4`),
        );
      }
    const { train, test, classes, description } = await load({ folder: at('clips'), clips: { frames: 4 } });
    expect(classes).toEqual(['moving', 'still']);
    expect(train).toMatchObject({ count: 8, frames: 4, side: 8 });
    expect([train.images.length, test.count]).toEqual([8 * 4 * 64, 4]);
    expect(description).toMatch(/8 clips of 2 classes/);
  });

  it.each([
    [
      'a class alone',
      { folder: 'one' },
      /one, column label: all images are of class dark, and there is nothing to distinguish/,
    ],
    [
      'a budget that is no multiple',
      { folder: 'images', labels: 10 },
      /^data\.labels: 10 labels cannot be shared equally by 3 classes: take a multiple of 3, up to 30$/,
    ],
    [
      'a budget that is too large',
      { folder: 'images', labels: 33 },
      /^data\.labels: .*images has 10 with label dark to train on, not 11: ask for 30 labels or fewer, or all$/,
    ],
    [
      'a class that is unknown',
      { folder: 'images', classes: ['dark', 'grey'] },
      /images\/light\/0\.jpg: class light is none of those that the run knows/,
    ],
    [
      'a test image without a label',
      { manifest: 'unlabelled.csv' },
      /unlabelled\.csv: row 3 \(line 4\), column label: it is empty, and test needs one/,
    ],
    ['an image that is none', { folder: 'broken' }, /cannot read .*broken\/b\/1\.png/],
  ])('%s is refused in one line', async (_, data, words) => {
    mkdirSync(at('one/dark'), { recursive: true });
    for (const label of ['a', 'b']) mkdirSync(at(`broken/${label}`), { recursive: true });
    for (const i of [0, 1, 2]) {
      const bytes = readFileSync(at(`images/dark/1.png`));
      writeFileSync(at(`one/dark/${i}.png`), bytes);
      writeFileSync(at(`broken/a/${i}.png`), bytes);
      writeFileSync(at(`broken/b/${i}.png`), i === 1 ? 'nothing' : bytes);
    }
    writeFileSync(
      at('unlabelled.csv'),
      'path,label,split\nimages/dark/1.png,a,train\nimages/grey/1.png,b,train\nimages/dark/3.png,,test\nimages/dark/5.png,a,train\nimages/grey/3.png,b,train\n',
    );
    const given = Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, typeof value === 'string' ? at(value) : value]),
    );
    const error = await load(given).then(
      () => expect.unreachable('it was read'),
      (thrown: Error) => thrown,
    );
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('\n');
  });

  it('need a name, and one only', () => {
    const check = (data: object) => () => checkSettings(sampleConfig, pipeline(data), 'own.yaml');
    expect(check({})).toThrow(
      /^own\.yaml: data\.dataset: name a dataset, or images of your own with data\.folder or data\.manifest/,
    );
    expect(check({ dataset: 'mnist', folder: 'x' })).toThrow(
      /data\.folder: the data are named by data\.dataset already/,
    );
  });
});
