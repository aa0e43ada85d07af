import { createHash } from 'node:crypto';
import { atomicWrite } from '../../common/files/atomicWrite.js';
import { escapeHtml } from '../parts/escape.js';
import { renderFigure, renderImage, renderVideo } from '../parts/media.js';
import type {
  CurvePlot,
  HistogramPlot,
  ReportData,
  ReportImage,
  ReportPart,
  Table,
} from '../parts/reportData.js';
import { renderTable } from '../parts/table.js';
import { drawable } from '../plots/curveData.js';
import { histogramPlot } from '../plots/histogramPlot.js';
import { linePlot } from '../plots/plot.js';
import { STYLE } from '../plots/style.js';

/** The page fetches and runs nothing, whatever strings it contains. Videos may lie beside it. */
const POLICY = "default-src 'none'; img-src data:; media-src 'self' file: data:; style-src 'unsafe-inline'";

/** A part of a page: a heading and its contents, as HTML. */
export interface Section {
  readonly title: string;
  readonly contents: readonly string[];
}

/** A page's head and parts; strings of the head are plain text. */
export interface Page {
  readonly title: string;
  readonly subtitle: string;
  /** Stands above all words. */
  readonly moving?: ReportImage;
  /** What a person should take away, one sentence each. */
  readonly summary: readonly string[];
  /** What the summary rests on. */
  readonly facts?: readonly string[];
  /** Those without contents are left out. */
  readonly sections: readonly Section[];
  /** A program that runs in the page: this one and no other may. */
  readonly script?: string;
}

/** A report as one HTML page without scripts or addresses, for light and dark screens and for paper. */
export function renderReport(data: ReportData): string {
  const environment: Table = {
    caption: 'What it ran on',
    columns: ['what', 'value'],
    rows: Object.entries(data.environment),
  };
  return renderPage({
    ...data,
    sections: [
      ...data.parts.map(renderPart),
      {
        title: 'Settings',
        contents: data.settings.trim() ? [`<pre>${escapeHtml(data.settings.trimEnd())}</pre>`] : [],
      },
      { title: 'Environment', contents: environment.rows.length > 0 ? [renderTable(environment)] : [] },
    ],
  });
}

function renderPart(part: ReportPart): Section {
  const { title, tables = [], curves = [], histograms = [], images = [], videos = [], notes = [] } = part;
  return {
    title,
    contents: [
      ...tables.map(renderTable),
      ...renderPlots(curves),
      ...sideBySide(histograms.map(renderHistogram)),
      ...images.map(renderImage),
      ...videos.map(renderVideo),
      ...notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`),
    ],
  };
}

/** A page from its head and parts. */
export function renderPage({ title, subtitle, moving, summary, facts = [], sections, script }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}${script ? allowing(script) : ''}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="foreframe">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="subtitle">${escapeHtml(subtitle)}</p>
${moving ? `<div class="moving">${renderImage(moving)}</div>\n` : ''}${renderSummary(summary)}
${facts.map((fact) => `<p class="facts">${escapeHtml(fact)}</p>`).join('\n')}
</header>
${sections.map(renderSection).filter(Boolean).join('\n')}
</main>
${script ? `<script>${script}</script>\n` : ''}</body>
</html>
`;
}

/** The browser runs a script of these very bytes, and none that a string of the page might bring. */
function allowing(script: string): string {
  return `; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

/**
 * Write the report, whole or not at all.
 * @throws ForeframeError naming the file when it cannot be written.
 */
export async function writeReport(path: string, data: ReportData): Promise<void> {
  await atomicWrite(path, renderReport(data));
}

function renderSummary(sentences: readonly string[]): string {
  const items = sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`);
  return items.length > 0 ? `<ul class="summary">\n${items.join('\n')}\n</ul>` : '';
}

/** Plots of curves side by side where there is room; nothing of nothing. */
export function renderPlots(plots: readonly CurvePlot[]): string[] {
  return sideBySide(plots.map(renderCurves));
}

function sideBySide(figures: readonly string[]): string[] {
  return figures.length > 0 ? [`<div class="plots">\n${figures.join('\n')}\n</div>`] : [];
}

/** Curves with their title, and a note on values that the axis cannot show. */
function renderCurves(curves: CurvePlot): string {
  const { gaps } = drawable(curves);
  const one = gaps === 1;
  const note =
    gaps > 0
      ? `${gaps} ${one ? 'value' : 'values'} that this axis cannot show ${one ? 'is' : 'are'} left out.`
      : '';
  const caption = [curves.caption ?? '', note].filter(Boolean).join(' ');
  return renderFigure(curves.title, caption, `<div class="plot">${inHtml(linePlot(curves))}</div>`);
}

function renderHistogram(plot: HistogramPlot): string {
  const svg = inHtml(histogramPlot(plot));
  return renderFigure(plot.title, plot.caption ?? '', `<div class="plot">${svg}</div>`);
}

/** A drawing inside HTML, where the namespace is known: without it the page holds no address at all. */
export function inHtml(svg: string): string {
  return svg.replace(/ xmlns(:\w+)?="[^"]*"/g, '');
}

function renderSection({ title, contents }: Section): string {
  return contents.length > 0
    ? `<section>\n<h2>${escapeHtml(title)}</h2>\n${contents.join('\n')}\n</section>`
    : '';
}
