import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  allSections,
  type PipelineSection,
  sectionsAbout,
  sectionsOn,
} from '../../src/cli/settings/settingSections.js';
import { checkAnyConfig } from '../../src/config/loadConfig.js';
import { expectRefusal, foreframe } from '../cli/foreframe.js';
import { keptForeframe } from '../cli/keptForeframe.js';
import { codeBlocks, pages, root } from './pages.js';

/** The sections on a topic, or all, as plain data. */
function settings(topic?: string): PipelineSection[] {
  return JSON.parse(JSON.stringify(topic === undefined ? allSections() : sectionsOn(topic)));
}

const files = readdirSync(join(root, 'pipelines'));
const kept = keptForeframe();

/** Every place in a pipeline's file that holds a value: `training.batch`, `model.layers[].filters`. */
function placesIn(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => placesIn(each, `${at}[]`)).concat(at);
  if (value === null || typeof value !== 'object') return [at.replace(/\[\]$/, '')];
  return Object.entries(value).flatMap(([key, inner]) => placesIn(inner, at === '' ? key : `${at}.${key}`));
}

describe('foreframe settings', () => {
  it('knows every key of every pipeline that comes with foreframe', () => {
    const known = new Set(settings().flatMap(({ keys }) => keys.map(({ key }) => key)));
    for (const file of files) {
      const raw = parse(readFileSync(join(root, 'pipelines', file), 'utf8'));
      // It stands for other keys and is gone when they are read.
      if (raw.model?.preset) delete raw.model.preset;
      const unknown = placesIn(raw).filter((place) => !known.has(place));
      expect({ file, unknown }).toEqual({ file, unknown: [] });
    }
    expect(files.length).toBeGreaterThan(15);
  });

  it('of a model are its keys, with default, values and meaning', () => {
    const [section, ...others] = settings('frame-stack');
    expect(others).toEqual([]);
    expect(section!.choices).toEqual([{ key: 'model.name', value: 'frame-stack' }]);
    expect(section!.keys).toContainEqual({
      key: 'model.history',
      values: 'integer from 2',
      default: 3,
      required: false,
      meaning: expect.stringContaining('Frames that are looked at together'),
    });
  });

  it('of every model say what they mean', () => {
    const models = settings('model').filter(({ choices }) => choices.length > 0);
    expect(models.length).toBeGreaterThan(5);
    const silent = models.flatMap(({ keys }) => keys.filter(({ meaning }) => !meaning).map(({ key }) => key));
    // Predicting allows one value of this key.
    expect(silent.filter((key) => key !== 'model.normalization')).toEqual([]);
  });

  it('take a kind and a name, which tells a method from a model of one name', () => {
    const choices = (...words: string[]) => sectionsAbout(words).flatMap(({ choices: all }) => all);
    expect(choices('method', 'rotation')).toEqual([{ key: 'method.name', value: 'rotation' }]);
    const keysOfChoices = (...words: string[]) => new Set(choices(...words).map(({ key }) => key));
    expect(keysOfChoices('method', 'nrm')).not.toContain('model.name');
    expect(keysOfChoices('model', 'nrm')).not.toContain('method.name');
    expect(sectionsAbout(['dataset', 'mnist'])).toEqual(sectionsOn('mnist'));
    expect(sectionsAbout(['training', 'optimizer'])).toEqual(sectionsOn('training.optimizer'));
    expect(() => sectionsAbout(['method', 'rotations'])).toThrow(
      'there is no method rotations: did you mean rotation?',
    );
  });

  it('of a method and of a dataset are found by name, of a part by its key', () => {
    expect(settings('mean-teacher')[0]!.keys.map(({ key }) => key)).toContain('method.weight');
    expect(settings('bouncing-balls').map(({ at }) => at)).toContain('data');
    const optimizer = settings('training.optimizer');
    const kinds = optimizer.flatMap(({ choices }) => choices.map(({ value }) => value));
    expect(kinds).toEqual(expect.arrayContaining(['sgd', 'adam', 'adamw', 'rmsprop']));
    expect(optimizer.every(({ keys }) => keys.every(({ key }) => key.startsWith('training.optimizer')))).toBe(
      true,
    );
  });

  it('of something unknown name what was probably meant', async () => {
    expectRefusal(await kept(['settings', 'frame-stak']), 2, /frame-stak: did you mean frame-stack\?$/);
  });

  it('are printed for people, for a page and for programs', async () => {
    expect(JSON.parse((await foreframe(['settings', 'pgn', '--json'])).stdout)).toEqual(settings('pgn'));
    const text = (await kept(['settings', 'pgn'])).stdout;
    expect(text).toMatch(/^ {2}model\.lstm: integer from 1 \(default 512\)\n {6}Units of the LSTM/m);
    const page = (await kept(['settings', 'pgn', '--markdown'])).stdout;
    expect(page).toMatch(/^\| `model\.lstm` \| `512` \| integer from 1 \| Units of the LSTM/m);
  });
});

describe('foreframe pipelines', () => {
  it('lists all that come with foreframe, with what to expect', async () => {
    const { code, stdout } = await foreframe(['pipelines', '--json']);
    expect(code).toBe(0);
    const cards: Record<string, string>[] = JSON.parse(stdout);
    expect(cards.map(({ name }) => name)).toEqual(files.map((file) => basename(file, '.yaml')).sort());
    for (const card of cards)
      for (const key of ['learnsFrom', 'model', 'method', 'budget', 'about', 'expected'])
        expect(card[key]).toMatch(/\S/);
    const card = cards.find(({ name }) => name === 'faces-ae-fc-units');
    expect(card).toMatchObject({
      learnsFrom: 'rotating-faces',
      model: 'autoencoder',
      method: 'reconstruction',
    });
    expect(cards.find(({ name }) => name === 'faces-pgn-adversarial')).toMatchObject({
      method: 'adversarial',
    });
    const text = (await kept(['pipelines'])).stdout;
    for (const { name } of cards) expect(text).toContain(`${name}\n  data `);
  });
});

it('every model and every method is in the lists of docs/', () => {
  const choices = settings().flatMap((section) => section.choices);
  for (const kind of ['model', 'method'] as const) {
    const names = new Set(choices.filter(({ key }) => key === `${kind}.name`).map(({ value }) => value));
    expect(names.size).toBeGreaterThan(4);
    for (const name of names)
      expect(pages.get(`docs/${kind}s.md`), name).toMatch(new RegExp(`^\\| \`${name}\` `, 'm'));
  }
});

it('every pipeline in docs/ is one', () => {
  const blocks = [...pages.keys()].flatMap((page) => codeBlocks(page, 'yaml'));
  expect(blocks.length).toBeGreaterThan(0);
  for (const block of blocks) expect(checkAnyConfig(parse(block), 'a page')).toHaveProperty('model.name');
});
