import { atomicWrite } from '../common/atomicWrite.js';
import { drawable } from './curveData.js';
import { escapeHtml } from './escape.js';
import { renderFigure, renderPicture, renderVideo } from './media.js';
import { linePlot } from './plot.js';
import type { CurvePlot, ReportData, Table } from './reportData.js';
import { STYLE } from './style.js';
import { renderTable } from './table.js';

/** Nothing is fetched and nothing runs, whatever the strings in the page say. Videos may lie beside the page. */
const POLICY = "default-src 'none'; img-src data:; media-src 'self' file: data:; style-src 'unsafe-inline'";

/** A part of a page: a heading and what stands under it, as HTML. */
export interface Section {
  readonly title: string;
  readonly contents: readonly string[];
}

/** A page's head and parts; strings of the head are plain text. */
export interface Page {
  readonly title: string;
  readonly subtitle: string;
  /** What a person should take away, one sentence each. */
  readonly summary: readonly string[];
  /** Those without contents are left out. */
  readonly sections: readonly Section[];
}

/** A report as one HTML page that needs nothing else: no script, no address, readable in light, in dark and on paper. */
export function renderReport(data: ReportData): string {
  const environment: Table = {
    caption: 'What it ran on',
    columns: ['What', 'Value'],
    rows: Object.entries(data.environment),
  };
  return renderPage({
    ...data,
    sections: [
      { title: 'Results', contents: data.tables.map(renderTable) },
      { title: 'Curves', contents: data.curves.map(renderCurves) },
      { title: 'Pictures', contents: data.pictures.map(renderPicture) },
      { title: 'Videos', contents: (data.videos ?? []).map(renderVideo) },
      {
        title: 'Settings',
        contents: data.settings.trim() ? [`<pre>${escapeHtml(data.settings.trimEnd())}</pre>`] : [],
      },
      { title: 'Environment', contents: environment.rows.length > 0 ? [renderTable(environment)] : [] },
    ],
  });
}

/** Any page of that kind. */
export function renderPage({ title, subtitle, summary, sections }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
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
${renderSummary(summary)}
</header>
${sections.map(renderSection).filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
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

/** Curves with their title, and a note on values that the axis cannot show. */
export function renderCurves(curves: CurvePlot): string {
  const { gaps } = drawable(curves);
  const one = gaps === 1;
  const note =
    gaps > 0
      ? `${gaps} ${one ? 'value' : 'values'} that this axis cannot show ${one ? 'is' : 'are'} left out.`
      : '';
  // Inside HTML the namespace is known; without it the page holds no address at all.
  const svg = linePlot(curves).replace(/ xmlns(:\w+)?="[^"]*"/g, '');
  const caption = [curves.caption ?? '', note].filter(Boolean).join(' ');
  return renderFigure(curves.title, caption, `<div class="plot">${svg}</div>`);
}

function renderSection({ title, contents }: Section): string {
  return contents.length > 0
    ? `<section>\n<h2>${escapeHtml(title)}</h2>\n${contents.join('\n')}\n</section>`
    : '';
}
