import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type ClassifierPage, renderClassifier } from '../../src/report/classifierPage.js';
import {
  amountFrame,
  enlargeGrid,
  evidenceFrame,
  pictureFrame,
  signedFrame,
  type ValueGrid,
} from '../../src/report/valueFrames.js';

const grid = (...values: number[]): ValueGrid => ({ values, height: 1, width: values.length, channels: 1 });

describe('values as pictures', () => {
  it('shows a picture as it is, and cuts what cannot be shown', () => {
    expect([...pictureFrame(grid(-1, 0, 0.5, 1, 7)).data]).toEqual([0, 0, 128, 255, 255]);
  });

  it('shows signs about grey', () => {
    expect([...signedFrame(grid(-2, 0, 1)).data]).toEqual([1, 128, 192]);
    expect([...signedFrame(grid(0, 0)).data]).toEqual([128, 128]);
  });

  it('shows amounts from black up, and evidence as red and blue from white', () => {
    const amounts = amountFrame(grid(0, 1, 2));
    const light = [0, 1, 2].map((at) => amounts.data.slice(3 * at, 3 * at + 3).reduce((a, b) => a + b));
    expect(light[0]).toBeLessThan(light[1]!);
    expect(light[1]).toBeLessThan(light[2]!);
    const evidence = evidenceFrame(grid(-3, 0, 3));
    expect(evidence.channels).toBe(3);
    expect([...evidence.data]).toEqual([33, 102, 172, 255, 255, 255, 178, 24, 43]);
    expect([...evidenceFrame(grid(0)).data]).toEqual([255, 255, 255]);
  });

  it('enlarges each value to its part', () => {
    const large = enlargeGrid({ values: [1, 2, 3, 4], height: 2, width: 2, channels: 1 }, 3, 4);
    expect([...Array.from(large.values)]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4]);
  });
});

describe('the page of a classifier', () => {
  const page = async (text: string): Promise<ClassifierPage> => {
    const png = await sharp({ create: { width: 6, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const part = {
      pictures: [{ title: text, caption: text, png }],
      tables: [{ caption: text, columns: [text], rows: [[text]] }],
    };
    return {
      title: text,
      subtitle: text,
      summary: [text],
      tables: part.tables,
      curves: [
        { title: text, xLabel: text, yLabel: text, series: [{ name: text, points: [{ x: 1, y: 2 }] }] },
      ],
      layers: part,
      classes: part,
      outliers: {
        histograms: [{ title: text, xLabel: text, series: [{ name: text, values: [1, 2, 3] }] }],
        tables: part.tables,
      },
      missing: [text],
      settings: text,
      environment: { [text]: text },
    };
  };
  const parse = (html: string) => parseHTML(html).document;

  it('has every part under its heading, and needs nothing else', async () => {
    const html = renderClassifier(await page('words'));
    const document = parse(html);
    expect([...document.querySelectorAll('h2')].map((heading) => heading.textContent)).toEqual([
      'Results',
      'What it sees, layer by layer',
      'What it expects of a class',
      'Its own pictures and others',
      'Settings',
      'Environment',
    ]);
    expect(document.querySelectorAll('svg[role=img][aria-label]')).toHaveLength(2);
    expect(document.querySelectorAll('img[src^="data:image/png"]')).toHaveLength(2);
    expect(html).not.toMatch(/https?:|<script|@import|url\(/);
  });

  it('keeps hostile text as text', async () => {
    const tags = (html: string) => [...parse(html).querySelectorAll('*')].map(({ tagName }) => tagName);
    const hostile = renderClassifier(await page('"><img src=x onerror=alert(1)></svg><script>1</script>'));
    expect(tags(hostile)).toEqual(tags(renderClassifier(await page('words'))));
  });
});
