import { escapeHtml } from './escape.js';
import { type HistogramPlot, histogramPlot } from './histogramPlot.js';
import { renderFigure, renderPicture } from './media.js';
import { renderCurves, renderPage } from './page.js';
import type { CurvePlot, Picture, Table } from './reportData.js';
import { renderTable } from './table.js';

/** All that the page of a classifier shows. Every string is plain text. */
export interface ClassifierPage {
  readonly title: string;
  readonly subtitle: string;
  readonly summary: readonly string[];
  readonly tables: readonly Table[];
  readonly curves: readonly CurvePlot[];
  /** What the network keeps of a picture, and by what it tells what it is. */
  readonly layers: { readonly pictures: readonly Picture[]; readonly tables: readonly Table[] };
  /** What the network holds its classes to look like. */
  readonly classes: { readonly pictures: readonly Picture[]; readonly tables: readonly Table[] };
  /** Its own pictures against others. */
  readonly outliers: { readonly histograms: readonly HistogramPlot[]; readonly tables: readonly Table[] };
  /** What could not be shown, and why. */
  readonly missing: readonly string[];
  readonly settings: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The page of one classifier, which needs nothing else. */
export function renderClassifier(data: ClassifierPage): string {
  const { layers, classes, outliers, settings } = data;
  const environment: Table = {
    caption: 'What it ran on',
    columns: ['What', 'Value'],
    rows: Object.entries(data.environment),
  };
  return renderPage({
    ...data,
    sections: [
      { title: 'Results', contents: [...data.tables.map(renderTable), ...data.curves.map(renderCurves)] },
      {
        title: 'What it sees, layer by layer',
        contents: [...layers.pictures.map(renderPicture), ...layers.tables.map(renderTable)],
      },
      {
        title: 'What it expects of a class',
        contents: [...classes.pictures.map(renderPicture), ...classes.tables.map(renderTable)],
      },
      {
        title: 'Its own pictures and others',
        contents: [
          ...outliers.histograms.map(renderHistogram),
          ...outliers.tables.map(renderTable),
          ...data.missing.map((sentence) => `<p class="note">${escapeHtml(sentence)}</p>`),
        ],
      },
      {
        title: 'Settings',
        contents: settings.trim() ? [`<pre>${escapeHtml(settings.trimEnd())}</pre>`] : [],
      },
      { title: 'Environment', contents: environment.rows.length > 0 ? [renderTable(environment)] : [] },
    ],
  });
}

function renderHistogram(plot: HistogramPlot): string {
  // Inside HTML the namespace is known; without it the page holds no address at all.
  const svg = histogramPlot(plot).replace(/ xmlns(:\w+)?="[^"]*"/g, '');
  return renderFigure(plot.title, plot.caption ?? '', `<div class="plot">${svg}</div>`);
}
