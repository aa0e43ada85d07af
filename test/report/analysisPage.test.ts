import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { RunAnalysis } from '../../src/analysis/battery/runAnalysis.js';
import { compareAnalyses } from '../../src/analysis/comparison/compareAnalyses.js';
import { renderAnalysis } from '../../src/report/pages/analysisPage.js';
import { comparisonSummary, renderComparison } from '../../src/report/pages/comparisonPage.js';
import { comparisonTables } from '../../src/report/pages/comparisonTables.js';
import { linePlot } from '../../src/report/plots/plot.js';

const SOURCES = ['lstm.h', 'lstm.h, random weights', 'raw pixels'];
const about = (value: number) => ({ value, low: value - 0.05, high: value + 0.05 });

/** An analysis whose memory explains `r2` of the angle and names `share` of two people rightly. */
function analysis(pipeline: string, seed: number, r2: number, share: number): RunAnalysis {
  const truth = [-1, 1, -1, 1, -1, 1];
  const part = (source: string, place: number) => (source === SOURCES[0] ? place : place / 2);
  return {
    format: 'foreframe analysis 2',
    run: `runs/${pipeline}-${seed}`,
    pipeline,
    model: 'pgn',
    seed,
    step: 100,
    data: 'rotating-faces (6 clips)',
    trainClips: 8,
    testClips: 6,
    settings: {
      dataset: 'rotating-faces',
      frame: '32×32 grey',
      clips: 8,
      steps: 2,
      people: 2,
      turn: 0,
      draws: 1,
      seed: 0,
    },
    sources: SOURCES,
    widths: [512, 512, 1024],
    times: [1, 2],
    truths: [1, 2].map((time) => ({ time, variable: 'angle', values: truth })),
    regression: SOURCES.flatMap((source) =>
      [1, 2].map((time) => ({
        source,
        time,
        variable: 'angle',
        r2: about(part(source, r2)),
        components: [{ column: 'latent.angle', r2: about(part(source, r2)), penalty: 1 }],
        squaredErrors: truth.map(() => 1 - part(source, r2)),
      })),
    ),
    labels: [],
    lowShot: [],
    identification: SOURCES.map((source) => ({
      source,
      C: 0.1,
      people: 2,
      scores: [1, 3].map((views) => ({
        views,
        accuracy: about(part(source, share)),
        draws: [part(source, share)],
        byIdentity: [part(source, share), part(source, share)],
      })),
    })),
    retrieval: SOURCES.map((source) => ({
      source,
      label: 'identity',
      scores: [
        {
          at: 1,
          recall: about(part(source, share)),
          chance: 0.1,
          queries: [4, 4],
          hits: [4 * part(source, share), 4 * part(source, share)],
        },
      ],
    })),
    maps: [
      {
        points: '6 test clips',
        source: 'lstm.h',
        method: 'pca',
        x: [0, 1, 2, 3, 4, 5],
        y: [0, 1, 0, 1, 0, 1],
        colours: [{ name: 'angle', kind: 'number', values: truth }],
        note: 'The two directions hold 90 % of the variance.',
      },
    ],
    leftOut: ['Classification by identity: test clips show 4 that no training clip shows.'],
  };
}

const parse = (html: string) => parseHTML(html).document;

describe('the page of an analysis', () => {
  const html = renderAnalysis(analysis('faces', 1, 0.9, 0.8));
  const document = parse(html);

  it('says first, in words, what was measured, on what, and how sure it is', () => {
    const text = document.querySelector('.summary')!.textContent!;
    for (const words of [
      'The model watched clips of rotating-faces',
      'learned on 8 clips and were tested on 6 others',
      'angle 90 % (85 % to 95 %)',
      'Of 2 people whom it never saw in training',
      '80 % (75 % to 85 %) from 1 known angle',
      'guessing would give 50 %',
      'This is one training run',
    ])
      expect(text).toContain(words);
  });

  it('shows each kind of finding under its heading, and no heading without one', () => {
    expect([...document.querySelectorAll('h2')].map((heading) => heading.textContent)).toEqual([
      'What is known of the clips, read from the latents',
      'Who is it',
      'Nearest neighbours',
      'Maps',
      'How it was measured',
    ]);
    expect(document.querySelectorAll('svg[role=img][aria-label]')).toHaveLength(3);
    expect(html).toContain('0.90 (0.85\u00a0…\u00a00.95)');
    expect(document.body.textContent).toContain('test clips show 4 that no training clip shows');
  });

  it('needs nothing else, and keeps markup in names as text', () => {
    const hostile = renderAnalysis(analysis('<script>alert(1)</script>', 1, 0.9, 0.8));
    expect(parse(hostile).querySelectorAll('script, link, iframe')).toHaveLength(0);
    expect(hostile).not.toMatch(/https?:/);
    expect(html).not.toMatch(/NaN|undefined/);
  });
});

describe('the page of a comparison', () => {
  const runs = [1, 2, 3].flatMap((seed) => [
    analysis('pgn', seed, 0.9 + seed / 100, 0.9),
    analysis('control', seed, 0.6 + seed / 100, 0.9),
  ]);
  const comparison = compareAnalyses(runs);

  it('has a row for each pipeline, seeds together, and for the baselines', () => {
    const { rows, scores, differences } = comparisonTables(comparison);
    expect(rows.rows.map((row) => row.slice(2, 6))).toEqual([
      ['1, 2, 3', 'lstm.h', '512', '100'],
      ['1, 2, 3', 'lstm.h', '512', '100'],
      ['1, 2, 3', 'lstm.h, random weights', '512', '0'],
      ['any', 'raw pixels', '1024', '0'],
    ]);
    expect(scores.map(({ columns }) => columns.slice(2))).toEqual([
      ['angle (R²)'],
      ['who is it, 1 angle (accuracy)', 'who is it, 3 angles (accuracy)'],
      ['R@1 by identity (recall)'],
    ]);
    expect(scores[0]!.rows).toEqual([
      ['pgn', '3', '0.920 ± 0.010'],
      ['control', '3', '0.620 ± 0.010'],
      ['pgn, random weights', '3', '0.460 ± 0.005'],
      ['raw pixels', '1', '0.455'],
    ]);
    expect(differences[2]!.rows[2]![1]).toMatch(/^−0\.45 \(/);
    expect(differences[0]!.rows[0]![1]).toMatch(/^−0\.30 \(−0\.\d\d … −0\.30\)$/);
  });

  it('says which differ, and which are not distinguishable', () => {
    const text = comparisonSummary(comparison).join(' ');
    expect(text).toContain(
      'control is worse than pgn in angle, and not distinguishable in who is it, 1 angle (2 people); who is it, 3 angles (2 people); R@1 by identity (2 labels).',
    );
    expect(text).toContain('rests on 3 seeds or more');
    expect(comparisonSummary(compareAnalyses(runs.slice(0, 2))).join(' ')).toContain('only 1 seed');
    const html = renderComparison(comparison);
    expect(parse(html).querySelectorAll('svg[role=img]')).toHaveLength(2);
    expect(html).not.toMatch(/NaN|undefined/);
  });

  it('refuses what cannot be compared', () => {
    const other = analysis('other', 1, 0.5, 0.5);
    const unlike = { ...other, settings: { ...other.settings, clips: 9 } };
    expect(() => compareAnalyses([runs[0]!, unlike])).toThrow(
      'runs/other-1 was analysed with clips 9 and runs/pgn-1 with 8: analyse them with the same settings to compare them',
    );
    expect(() => compareAnalyses([runs[0]!, runs[0]!])).toThrow(/both pgn of seed 1/);
  });
});

describe('linePlot with intervals', () => {
  it('draws an upright line for each', () => {
    const points = [1, 2, 3].map((x) => ({ x, y: 0.5, low: 0.4, high: 0.6 }));
    const svg = linePlot({ title: 'a', xLabel: 'x', yLabel: 'y', series: [{ name: 'a', points }] });
    expect(parse(`<html><body>${svg}</body></html>`).querySelectorAll('[aria-label=rule] line')).toHaveLength(
      3,
    );
  });
});
