import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type ScatterPlot, scatterPlot } from '../../src/report/scatterPlot.js';

const plot: ScatterPlot = {
  title: 'lstm.h of 4 test clips',
  x: [0, 1, 2, 10],
  y: [0, 1, 0, 1],
  colour: { name: 'angle', kind: 'number', values: [-90, 0, 45, 90] },
};
const people: ScatterPlot = { ...plot, colour: { name: 'identity', kind: 'class', values: [3, 3, 5, 7] } };

function elements(svg: string, selector: string) {
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  return [...document.querySelectorAll(selector)];
}
const fills = (svg: string) => elements(svg, '[aria-label=dot] path').map((dot) => dot.getAttribute('fill')!);
const texts = (svg: string) => elements(svg, 'text').map(({ textContent }) => textContent);

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

  it('draws the same for the same, what other programs read, and points that are all in one place', async () => {
    expect(scatterPlot(plot)).toBe(scatterPlot(plot));
    const { width, height } = await sharp(Buffer.from(scatterPlot(plot))).metadata();
    expect([width, height]).toEqual([380, 426]);
    const one = scatterPlot({ ...plot, x: [1, 1], y: [2, 2], colour: { ...plot.colour, values: [3, 3] } });
    expect(one).not.toMatch(/NaN|Infinity|undefined/);
    const gaps = scatterPlot({ ...plot, x: [Number.NaN, 1, 2, 3] });
    expect(fills(gaps)).toHaveLength(3);
    expect(gaps).not.toMatch(/NaN|Infinity|undefined/);
  });
});
