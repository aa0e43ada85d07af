import { describe, expect, it } from 'vitest';
import { selectRows } from '../../src/analysis/algebra/matrix.js';
import { seedsDifference } from '../../src/analysis/comparison/seedsDifference.js';
import type { LatentRows } from '../../src/analysis/latents/latentsFile.js';
import { classifierProbe } from '../../src/analysis/protocols/classifierProbe.js';
import { chooseIdentificationC, identify, type Views } from '../../src/analysis/protocols/identification.js';
import { joinLayers, layerRows, rowsAtTime, variablesOf } from '../../src/analysis/protocols/latentTable.js';
import { type Labelled, lowShotCurve } from '../../src/analysis/protocols/lowShot.js';
import { type ProbeOptions, probeFolds, probeTables } from '../../src/analysis/protocols/probe.js';
import { regressLatents } from '../../src/analysis/protocols/regression.js';
import { retrievalScores } from '../../src/analysis/protocols/retrievalScores.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';

const WIDTH = 12;
const DIRECTIONS = Array.from({ length: 3 * WIDTH }, (_, i) => Random.for(i, 'direction').normal());

/**
 * Clips of two times. At time 2 the layer `code` holds angle and place (a variable of two components) linearly and exactly, at
 * time 1 nothing of them; `noise` holds nothing at any time. The label says whether the angle is positive.
 */
function table(clips: number, seed: number, change: Partial<Record<string, number>> = {}): LatentRows {
  const random = Random.for(seed, 'clips');
  const rows = 2 * clips;
  const numbers = () => new Float64Array(rows);
  const [angle, x, y] = [numbers(), numbers(), numbers()];
  const code = new Float32Array(rows * WIDTH);
  const noise = Float32Array.from({ length: rows * 4 }, () => random.normal());
  for (let row = 0; row < rows; row++) {
    const clip = Math.floor(row / 2);
    if (row % 2 === 0) [angle[row], x[row], y[row]] = [random.normal(), random.normal(), random.normal()];
    else [angle[row], x[row], y[row]] = [angle[row - 1]!, x[row - 1]!, y[row - 1]!];
    for (let j = 0; j < WIDTH; j++) {
      const planted = [angle[row]!, x[row]!, y[row]!].reduce(
        (sum, value, c) => sum + value * DIRECTIONS[c * WIDTH + j]!,
        j,
      );
      code[row * WIDTH + j] = row % 2 === 1 ? planted : random.normal();
    }
    if (change.constant !== undefined) angle[row] = change.constant;
    if (change.nan === clip) code[row * WIDTH] = Number.NaN;
  }
  const whole = (of: (row: number) => number) => Int32Array.from({ length: rows }, (_, row) => of(row));
  return {
    rows,
    columns: {
      clip: whole((row) => Math.floor(row / 2)),
      time: whole((row) => 1 + (row % 2)),
      'latent.angle': angle,
      'latent.place.0': x,
      'latent.place.1': y,
      'label.side': whole((row) => change.oneClass ?? (angle[row]! > 0 ? 1 : 0)),
    },
    layers: {
      code: { rows, columns: WIDTH, data: code },
      noise: { rows, columns: 4, data: noise },
    },
  };
}

const draws = 100;

describe('latent-variable regression', () => {
  const [train, test] = [table(80, 1), table(60, 2)];
  const scores = regressLatents(train, test, { draws });
  const of = (layer: string, time: number, variable: string) =>
    scores.find((each) => each.layer === layer && each.time === time && each.variable === variable)!;

  it('reads what is planted, at the time and in the layer where it is', () => {
    expect(scores).toHaveLength(2 * 2 * 2);
    for (const variable of ['angle', 'place']) {
      const { r2, components } = of('code', 2, variable);
      expect(r2.value).toBeGreaterThan(0.999);
      expect(r2.high).toBeGreaterThanOrEqual(r2.value);
      expect(r2.low).toBeLessThanOrEqual(r2.value);
      expect(components.map(({ column }) => column)).toEqual(
        variable === 'angle' ? ['latent.angle'] : ['latent.place.0', 'latent.place.1'],
      );
    }
  });

  it('reads nothing where nothing is', () => {
    for (const [layer, time] of [
      ['code', 1],
      ['noise', 1],
      ['noise', 2],
    ] as const) {
      const { r2 } = of(layer, time, 'angle');
      expect(r2.value).toBeLessThan(0.1);
      expect(r2.low).toBeLessThan(0);
    }
  });

  it('is the same again for the same seed', () => {
    const again = regressLatents(train, test, { draws, layers: ['code'], times: [2] });
    expect(again[0]!.r2).toEqual(of('code', 2, 'angle').r2);
  });

  it('says in one line what it cannot do', () => {
    expect(() => regressLatents(table(20, 1, { constant: 3 }), test, { draws })).toThrow(
      'latent.angle is 3 in all training rows: there is nothing to regress',
    );
    expect(() => regressLatents(train, table(20, 2, { nan: 4 }), { draws })).toThrow(
      /layer code: it holds NaN in row 4/,
    );
    const narrow = { ...test, layers: { code: required(test.layers, 'noise') } };
    expect(() => regressLatents(train, narrow, { layers: ['code'], draws })).toThrow(
      /layer code has 12 activations in the training table and 4 in the test table/,
    );
    expect(() => layerRows(train, 'codes', new Int32Array([0]))).toThrow(
      'there is no layer codes: did you mean code?; it has code, noise',
    );
    expect(() => rowsAtTime(train, 7)).toThrow('there are no rows of time 7; times with rows: 1, 2');
  });

  it('knows components by their variable, and joins layers of the same rows only', () => {
    expect(variablesOf(train).map(({ name, columns }) => [name, columns.length])).toEqual([
      ['angle', 1],
      ['place', 2],
    ]);
    expect(() => joinLayers([train, test])).toThrow(/not of the same clips/);
  });
});

describe('probe', () => {
  const options = (change: Partial<ProbeOptions>): ProbeOptions => ({
    method: 'svm',
    layer: 'code',
    time: 2,
    target: 'side',
    draws,
    ...change,
  });
  const all = table(60, 3);

  it.each(['svm', 'logistic', 'knn'] as const)('%s tells planted classes apart, and noise not', (method) => {
    const right = probeFolds(all, 3, options({ method }));
    expect(right.score.value).toBeGreaterThan(method === 'knn' ? 0.7 : 0.9);
    expect(right.testRows).toBe(60);
    const noise = probeTables(all, table(60, 4), options({ method, layer: 'noise' }));
    // Where the interval begins, chance is still possible.
    expect(noise.score.low).toBeLessThanOrEqual(noise.chance);
    expect(noise.hits).toHaveLength(60);
  });

  it('regresses across folds', () => {
    const target = variablesOf(all)[0]!;
    const { score, metric, chosen } = probeFolds(all, 3, options({ method: 'ridge', target }));
    expect(metric).toBe('R²');
    expect(score.value).toBeGreaterThan(0.99);
    expect(chosen).toHaveLength(3);
    expect(probeFolds(all, 3, options({ method: 'ridge', target, layer: 'noise' })).score.value).toBeLessThan(
      0.1,
    );
  });

  it('never has rows of a clip on both sides', () => {
    // Each row's own code is unique noise that names its clip: whoever has seen another row of the clip knows the label.
    const clips = 20;
    const random = Random.for(9, 'codes');
    const names = Array.from({ length: clips }, () => Array.from({ length: 16 }, () => random.normal()));
    const label = Array.from({ length: clips }, () => random.integer(2));
    const rows = clips * 3;
    const clip = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / 3));
    const data = Float32Array.from(
      { length: rows * 16 },
      (_, i) => names[clip[Math.floor(i / 16)]!]![i % 16]!,
    );
    const leaking: LatentRows = {
      rows,
      columns: { clip, time: new Int32Array(rows).fill(1), 'label.side': clip.map((c) => label[c]!) },
      layers: { code: { rows, columns: 16, data } },
    };
    const { score } = probeFolds(leaking, 4, options({ time: 1 }));
    expect(score.value).toBeLessThan(0.85);
    const known = classifierProbe(
      'svm',
      { x: required(leaking.layers, 'code'), y: clip.map((c) => label[c]!), groups: clip },
      required(leaking.layers, 'code'),
    );
    expect([...known.predictions]).toEqual(Array.from(clip, (c) => label[c]!));
  });

  it('says in one line what it cannot do', () => {
    expect(() => probeFolds(table(4, 5), 5, options({}))).toThrow(
      /4 clips have rows of time 2, fewer than 5 folds/,
    );
    expect(() => probeFolds(table(20, 5, { oneClass: 7 }), 3, options({}))).toThrow(
      'all training rows have side 7: there is nothing to distinguish',
    );
    expect(() => probeFolds(all, 3, options({ target: 'sides' }))).toThrow(
      'no label sides: did you mean side?',
    );
    expect(() => probeFolds(all, 3, options({ method: 'ridge' }))).toThrow(
      /side is a label: probe it with --method svm/,
    );
  });
});

/** `people` in `views` views: who it is shows in some columns, the view in all of them. */
function viewsOf(people: number, views: number, clarity: number, seed = 1): Views {
  const random = Random.for(seed, 'views');
  const faces = Array.from({ length: people }, () => Array.from({ length: 16 }, () => random.normal()));
  const rows = people * views;
  const data = Float32Array.from({ length: rows * 16 }, (_, i) => {
    const row = Math.floor(i / 16);
    return clarity * faces[Math.floor(row / views)]![i % 16]! + random.normal();
  });
  return {
    x: { rows, columns: 16, data },
    identity: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / views)),
    view: Int32Array.from({ length: rows }, (_, row) => row % views),
  };
}

describe('identification', () => {
  it('is perfect where people are plain, near chance where they are not, and better with more views', () => {
    const plain = identify(viewsOf(8, 5, 30), { draws: 2 });
    expect(plain.map(({ views, accuracy }) => [views, accuracy.value])).toEqual(
      [1, 2, 3, 4].map((n) => [n, 1]),
    );
    const hidden = identify(viewsOf(8, 5, 0), { draws: 3, counts: [4] })[0]!;
    expect(hidden.accuracy.value).toBeLessThan(0.35);
    const some = identify(viewsOf(12, 6, 1), { draws: 4, counts: [1, 5] });
    expect(some[1]!.accuracy.value).toBeGreaterThan(some[0]!.accuracy.value);
    expect(some[0]!.byIdentity).toHaveLength(12);
    expect(some[0]!.draws).toHaveLength(4);
  });

  it('draws the same views whatever the latents are', () => {
    const set = viewsOf(6, 4, 0.7);
    const drawn = (seed: number) => identify(set, { draws: 3, counts: [2], seed })[0]!.draws;
    expect(drawn(0)).toEqual(drawn(0));
    expect(drawn(0)).not.toEqual(drawn(5));
    // Standardised, latents four times as large are the same: so must be the answers, if the views are.
    const scaled = { ...set, x: { ...set.x, data: set.x.data.map((value) => 4 * value) } };
    expect(identify(scaled, { draws: 3, counts: [2] })[0]!.draws).toEqual(drawn(0));
  });

  it('chooses C among those offered, and wants everybody in every view', () => {
    expect([0.01, 1]).toContain(chooseIdentificationC(viewsOf(5, 4, 1), { grid: [0.01, 1] }));
    const { x, identity, view } = viewsOf(4, 3, 1);
    const missing = {
      x: { ...x, rows: 11, data: x.data.subarray(16) },
      identity: identity.slice(1),
      view: view.slice(1),
    };
    expect(() => identify(missing)).toThrow(/each seen once in every one of two views or more/);
  });
});

describe('few labels', () => {
  const labelled = (each: number, seed: number) => {
    const { x, identity } = viewsOf(3, each, 0);
    const random = Random.for(seed, 'rows');
    const data = Float32Array.from(x.data, (_, i) => {
      const row = Math.floor(i / 16);
      return (i % 16 === identity[row] ? 1.5 : 0) + random.normal();
    });
    return { x: { ...x, data }, y: identity };
  };

  it('grows with the labels, as far as there are some', () => {
    const curve = lowShotCurve(labelled(8, 1), labelled(8, 2), labelled(30, 3), { draws: 3 });
    expect(curve.map(({ shots }) => shots)).toEqual([1, 2, 4, 8]);
    expect(curve.at(-1)!.accuracy.value).toBeGreaterThan(curve[0]!.accuracy.value);
    expect(curve[0]!.draws).toHaveLength(3);
  });

  it('draws its interval over groups: the same rows once more make it no narrower', () => {
    const [train, test] = [labelled(8, 1), labelled(10, 3)];
    const rows = test.y.length;
    const twice = Int32Array.from({ length: 4 * rows }, (_, at) => at % rows);
    const copies = { x: selectRows(test.x, twice), y: twice.map((row) => test.y[row]!) };
    const widthOf = (held: Labelled) => {
      const { accuracy } = lowShotCurve(train, labelled(8, 2), held, { shots: [2], draws: 1 })[0]!;
      return accuracy.high - accuracy.low;
    };
    expect(widthOf({ ...copies, groups: twice })).toBeCloseTo(widthOf(test), 1);
    expect(widthOf({ ...copies, groups: twice })).toBeGreaterThan(1.5 * widthOf(copies));
  });

  it('refuses a class that it never saw', () => {
    const [train, test] = [labelled(5, 1), labelled(5, 2)];
    expect(() => lowShotCurve(train, train, { ...test, y: test.y.map((y) => y + 1) })).toThrow(
      'class 3 is tested on but never trained on',
    );
  });
});

describe('retrieval and differences', () => {
  it('finds its like where it is plain, and as often as by chance where it is not', () => {
    const plain = viewsOf(6, 4, 30);
    const scores = retrievalScores(plain.x, plain.identity);
    expect(scores.map(({ recall }) => recall.value)).toEqual([1, 1, 1]);
    expect(scores[0]).toMatchObject({ queries: Array(6).fill(4), hits: Array(6).fill(4) });
    const hidden = viewsOf(20, 4, 0);
    const [first] = retrievalScores(hidden.x, hidden.identity);
    expect(first!.chance).toBeCloseTo(3 / 79, 12);
    expect(first!.recall.low).toBeLessThan(0.1);
  });

  it('has an interval over seeds and units', () => {
    const scores = (shift: number, seeds: number[]) =>
      new Map(
        seeds.map((seed) => {
          const random = Random.for(seed, 'scores');
          const values = Array.from({ length: 50 }, () => random.uniform() + shift);
          return [seed, (units: Int32Array) => units.reduce((sum, i) => sum + values[i]!, 0) / units.length];
        }),
      );
    const better = seedsDifference(scores(0.3, [1, 2, 3]), scores(0, [1, 2, 3]), 50);
    // Paired by seed and unit, the two differ by the shift alone.
    expect([better.value, better.low, better.high].map((value) => value.toFixed(9))).toEqual(
      Array(3).fill('0.300000000'),
    );
    const apart = seedsDifference(scores(0, [4, 5]), scores(0, [1, 2, 3]), 50);
    expect(apart.low).toBeLessThan(0);
    expect(apart.high).toBeGreaterThan(0);
  });
});
