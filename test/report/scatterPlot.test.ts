import { describe, expect, it } from 'vitest';
import { type ScatterPlot, scatterPlot } from '../../src/report/plots/scatterPlot.js';
import { expectPicture } from '../pictureSnapshot.js';
import { elements, texts, withoutLetters } from './drawings.js';

const plot: ScatterPlot = {
  title: 'lstm.h of 4 test clips',
  x: [0, 1, 2, 10],
  y: [0, 1, 0, 1],
  colour: { name: 'angle', kind: 'number', values: [-90, 0, 45, 90] },
};
const people: ScatterPlot = { ...plot, colour: { name: 'identity', kind: 'class', values: [3, 3, 5, 7] } };

const fills = (svg: string) => elements(svg, '[aria-label=dot] path').map((dot) => dot.getAttribute('fill')!);

describe('scatterPlot', () => {
  it('colours points by a number, with the scale from lowest to highest', () => {
    const svg = scatterPlot(plot);
    expect(new Set(fills(svg)).size).toBe(4);
    expect(texts(svg)).toEqual(['angle', '−90', '90']);
    expect(elements(svg, 'svg[role=img]')[0]!.getAttribute('aria-label')).toBe(
      'lstm.h of 4 test clips: 4 points, coloured by angle, from −90 to 90.',
    );
  });

  it('colours points by class, with a key', () => {
    const svg = scatterPlot(people);
    const [a, b, c, d] = fills(svg);
    expect(a).toBe(b);
    expect(new Set([a, c, d]).size).toBe(3);
    expect(texts(svg)).toEqual(['identity', '3', '5', '7']);
  });

  it('is as wide for one unit as high', () => {
    const places = elements(scatterPlot(plot), '[aria-label=dot] path').map((dot) =>
      dot
        .getAttribute('transform')!
        .match(/-?[\d.]+/g)!
        .map(Number),
    );
    const [dx, dy] = [places[1]![0]! - places[0]![0]!, places[0]![1]! - places[1]![1]!];
    expect(dx).toBeGreaterThan(0);
    expect(dx).toBeCloseTo(dy, 6);
  });

  it('looks as accepted, by number and by class', async () => {
    await expectPicture(await withoutLetters(scatterPlot(plot)), 'scatter-number', {
      each: 16,
      share: 0.0003,
    });
    await expectPicture(await withoutLetters(scatterPlot(people)), 'scatter-class', {
      each: 16,
      share: 0.0003,
    });
  });

  it('draws points that are all in one place, and leaves out those that are in none', () => {
    const one = scatterPlot({ ...plot, x: [1, 1], y: [2, 2], colour: { ...plot.colour, values: [3, 3] } });
    expect(one).not.toMatch(/NaN|Infinity|undefined/);
    const gaps = scatterPlot({ ...plot, x: [Number.NaN, 1, 2, 3] });
    expect(fills(gaps)).toHaveLength(3);
    expect(gaps).not.toMatch(/NaN|Infinity|undefined/);
  });
});
