import { beforeAll, describe, expect, it } from 'vitest';
import type { Clips } from '../../datasets/dataset.js';
import {
  COMPONENTS,
  type Faces,
  openFaces,
  rotatingFacesDataset,
  rotatingFacesStaticDataset,
  tenFacesDataset,
} from '../../datasets/rotatingFaces/index.js';
import { required } from '../../src/common/required.js';

const SIZE = 64;
/** Grey values of the frozen picture. */
const FROZEN = [185, 212, 121, 65, 70, 167, 51, 0];
let faces: Faces;
let clip: Clips;
let still: Clips;

// The first time the package is fetched: 89 MB.
beforeAll(async () => {
  faces = await openFaces();
  clip = await rotatingFacesDataset.open();
  still = await rotatingFacesStaticDataset.open();
}, 600_000);

/** Mean absolute difference of two pictures, in grey values. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

describe('faces', () => {
  it('look as they looked when this was written', () => {
    const picture = faces.render(faces.identity(7), 30, SIZE);
    const frozen = [
      [12, 32],
      [22, 30],
      [29, 41],
      [34, 43],
      [42, 44],
      [44, 20],
      [56, 33],
      [2, 2],
    ] as const;
    // Another processor's sine may round a grey value the other way.
    frozen.forEach(([row, column], i) => {
      expect(Math.abs(picture[row * SIZE + column]! - FROZEN[i]!)).toBeLessThanOrEqual(1);
    });
  });

  it('are the same after a full turn, either way', () => {
    const person = faces.identity(1);
    for (const angle of [-170, 0, 45, 90]) {
      const picture = faces.render(person, angle, SIZE);
      expect(faces.render(person, angle + 360, SIZE)).toEqual(picture);
      expect(faces.render(person, angle - 720, SIZE)).toEqual(picture);
    }
  });

  it('turn to the right of the picture with growing angle', () => {
    const extent = (angle: number) => {
      // Below the chin: in profile the neck lies behind the middle of the head.
      const row = faces.render(faces.mean, angle, SIZE).subarray(56 * SIZE, 57 * SIZE);
      return [row.findIndex((value) => value > 0), row.findLastIndex((value) => value > 0)] as const;
    };
    const [behind, front] = extent(90);
    expect(SIZE - 1 - front).toBeGreaterThan(behind + 5);
    const mirrored = extent(-90);
    expect(Math.abs(SIZE - 1 - mirrored[1] - behind)).toBeLessThanOrEqual(1);
    expect(Math.abs(SIZE - 1 - mirrored[0] - front)).toBeLessThanOrEqual(1);
  });

  it('stand free of the upper and side borders and have no holes, from all sides', () => {
    for (let number = 0; number < 8; number++)
      for (const angle of [0, 75, 150, 225, 300]) {
        const picture = faces.render(faces.identity(number), angle, SIZE);
        const at = (row: number, column: number) => picture[row * SIZE + column]!;
        for (let i = 0; i < SIZE; i++) expect([at(0, i), at(i, 0), at(i, SIZE - 1)]).toEqual([0, 0, 0]);
        // From the top to the chin the middle of every head is opaque.
        for (let row = 16; row < SIZE; row++) expect(at(row, SIZE / 2)).toBeGreaterThan(0);
      }
  });

  it('are drawn in any size, and wide pictures only have more background', () => {
    const person = faces.identity('wide');
    const square = faces.render(person, 20, 32);
    const wide = faces.render(person, 20, { width: 64, height: 32 });
    const middle = Uint8Array.from(square, (_, i) => wide[Math.floor(i / 32) * 64 + 16 + (i % 32)]!);
    expect(middle).toEqual(square);
  });

  it('are the same person by the same number or name, and another by another', () => {
    expect(faces.identity(5)).toEqual(faces.identity(5));
    const people = [faces.mean, ...[0, 1, 2, '0', 'identification 0'].map((seed) => faces.identity(seed))];
    const pictures = people.map((person) => faces.render(person, 0, SIZE));
    pictures.forEach((a, i) => {
      pictures.forEach((b, j) => {
        if (i !== j) expect(difference(a, b)).toBeGreaterThan(1);
      });
    });
  });

  it('know their names', () => {
    expect(faces.sliders.length).toBe(faces.mean.weights.length);
    expect(new Set(faces.sliders).size).toBe(faces.sliders.length);
    expect(faces.sliders).toContain('nose-hump-lesshump-morehump');
  });

  it('have components that are 0 for the average and spread like standard normals over people', () => {
    expect(faces.components(faces.mean)).toEqual(Array.from({ length: COMPONENTS }, () => 0));
    const people = Array.from({ length: 100 }, (_, i) => faces.components(faces.identity(`person ${i}`)));
    for (let k = 0; k < COMPONENTS; k++) {
      const values = people.map((components) => components[k]!);
      const mean = values.reduce((a, b) => a + b) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      expect(Math.abs(mean)).toBeLessThan(0.4);
      expect(variance).toBeGreaterThan(0.5);
      expect(variance).toBeLessThan(1.5);
    }
    expect(faces.explained).toEqual([...faces.explained].sort((a, b) => b - a));
    expect(faces.explained.reduce((a, b) => a + b)).toBeGreaterThan(0.6);
  });

  it('have the average head as their mean', () => {
    const person = faces.identity(3).shape.positions;
    const people = Array.from({ length: 40 }, (_, i) => faces.identity(`average ${i}`).shape.positions);
    const rms = (a: Float32Array, b: (i: number) => number) =>
      Math.sqrt(a.reduce((sum, value, i) => sum + (value - b(i)) ** 2, 0) / a.length);
    const average = (i: number) => people.reduce((sum, each) => sum + each[i]!, 0) / people.length;
    const { positions } = faces.mean.shape;
    expect(rms(positions, average)).toBeLessThan(0.3 * rms(positions, (i) => person[i]!));
  });
});

describe('rotating-faces', () => {
  it('turns one person at constant speed, with what generated it', () => {
    const { frames, latents, labels } = clip('train', 3);
    expect(frames).toHaveLength(6);
    const person = faces.identity(required(labels!, 'identity'));
    frames.forEach(({ data, width, height, channels, index, source }, t) => {
      expect([width, height, channels, index, source]).toEqual([SIZE, SIZE, 1, t, 'rotating-faces/train/3']);
      const angle = required(latents, 'angle')[t]![0]!;
      expect(data).toEqual(faces.render(person, angle, SIZE));
      const start = required(latents, 'angle')[0]![0]! + t * required(latents, 'speed')[t]![0]!;
      const [sin, cos] = required(latents, 'direction')[t]!;
      expect(sin).toBeCloseTo(Math.sin((start * Math.PI) / 180), 9);
      expect(cos).toBeCloseTo(Math.cos((start * Math.PI) / 180), 9);
      expect(required(latents, 'components')[t]).toEqual(faces.components(person));
    });
    expect(Object.keys(latents).sort()).toEqual(
      Object.keys(rotatingFacesDataset.card.latentVariables).sort(),
    );
  });

  it('is the same every time, and longer when more frames are asked for', () => {
    const long = clip('test', 2, 12);
    expect(long.frames).toHaveLength(12);
    expect(clip('test', 2, 6).frames).toEqual(long.frames.slice(0, 6));
    expect(clip('test', 2)).toEqual(clip('test', 2));
  });

  it('played backwards turns the other way', () => {
    const { frames, latents, labels } = clip('validation', 1);
    const person = faces.identity(required(labels!, 'identity'));
    const [last, speed] = [required(latents, 'angle').at(-1)![0]!, required(latents, 'speed')[0]![0]!];
    const back = frames.map((_, t) => faces.render(person, last - t * speed, SIZE));
    frames.toReversed().forEach(({ data }, t) => {
      expect(difference(back[t]!, data)).toBeLessThan(0.01);
    });
  });

  it('shows nobody twice, within a split or across', () => {
    const splits = ['train', 'validation', 'test'] as const;
    const seen = splits.flatMap((split) => [0, 1, 2, 3].map((i) => clip(split, i, 1)));
    expect(new Set(seen.map(({ labels }) => labels!.identity)).size).toBe(seen.length);
    expect(new Set(seen.map(({ latents }) => required(latents, 'components')[0]!.join())).size).toBe(
      seen.length,
    );
  });

  it('starts within 90° of the camera, at up to 30° a frame either way', () => {
    const starts = Array.from({ length: 40 }, (_, i) => clip('train', i, 1).latents);
    const angles = starts.map(({ angle }) => angle![0]![0]!);
    const speeds = starts.map(({ speed }) => speed![0]![0]!);
    for (const [values, bound] of [
      [angles, 90],
      [speeds, 30],
    ] as const) {
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
      expect(Math.max(...values)).toBeGreaterThan(0.7 * bound);
      expect(Math.min(...values)).toBeLessThan(-0.7 * bound);
    }
  });

  it('has a static version: the same people at the same start, at rest', () => {
    const [moving, resting] = [clip('test', 4), still('test', 4)];
    expect(resting.labels).toEqual(moving.labels);
    for (const { data, source } of resting.frames) {
      expect(data).toEqual(moving.frames[0]!.data);
      expect(source).toBe('rotating-faces-static/test/4');
    }
    expect(required(resting.latents, 'speed').flat().map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(difference(moving.frames[0]!.data, moving.frames[5]!.data)).toBeGreaterThan(1);
  });
});

describe('ten faces', () => {
  it('shows the same ten in every split, each time from elsewhere', async () => {
    const ten = await tenFacesDataset.open();
    const labels = Array.from({ length: 12 }, (_, index) => ten('train', index, 1).labels!.label);
    expect(labels).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    const [one, again, tested] = [ten('train', 3), ten('train', 13), ten('test', 3)];
    for (const other of [again, tested]) {
      expect(other.labels).toEqual({ label: 3 });
      expect(other.latents.components).toEqual(one.latents.components);
      expect(other.latents.angle).not.toEqual(one.latents.angle);
    }
    expect(ten('test', 4).latents.components).not.toEqual(tested.latents.components);
    expect(difference(one.frames[0]!.data, one.frames[5]!.data)).toBeGreaterThan(1);
  });
});
