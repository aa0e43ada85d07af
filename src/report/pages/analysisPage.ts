import type { RunAnalysis } from '../../analysis/battery/runAnalysis.js';
import type { Interval } from '../../analysis/scores/bootstrap.js';
import { required } from '../../common/required.js';
import { renderFigure, renderImage } from '../parts/media.js';
import type { CurvePlot, ReportImage, Table } from '../parts/reportData.js';
import { renderTable } from '../parts/table.js';
import { scatterPlot } from '../plots/scatterPlot.js';
import { analysisSummary } from './analysisSummary.js';
import { clipsDrawn } from './drawnOver.js';
import { methodTable } from './methodTable.js';
import { inHtml, renderPage, renderPlots, type Section } from './page.js';
import { hintOn } from './variableHints.js';

/** The page of one analysis: what was measured, on which data, and how certain it is. @param sheets retrieval as images */
export function renderAnalysis(analysis: RunAnalysis, sheets: readonly ReportImage[] = []): string {
  return renderPage({
    title: `What ${analysis.pipeline} learned`,
    subtitle: `${analysis.model} of seed ${analysis.seed} after ${analysis.step} steps, looking at ${analysis.data}`,
    summary: analysisSummary(analysis),
    sections: [
      regressionSection(analysis),
      identificationSection(analysis),
      labelSection(analysis),
      retrievalSection(analysis, sheets),
      mapSection(analysis),
      { title: 'How it was measured', contents: [renderTable(methodTable(analysis))] },
    ],
  });
}

/** `0.93 (0.91 … 0.95)` */
export function intervalText({ value, low, high }: Interval): string {
  const text = (number: number) => number.toFixed(2).replace('-', '−');
  return `${text(value)} (${text(low)} … ${text(high)})`;
}

function regressionSection(analysis: RunAnalysis): Section {
  const { regression, sources, times } = analysis;
  const last = times.at(-1);
  const variables = [...new Set(regression.map(({ variable }) => variable))];
  const curves = variables.map(
    (variable): CurvePlot => ({
      title: `${variable}: what can be read linearly`,
      xLabel: 'frames watched',
      yLabel: 'R² on test clips',
      caption:
        `Vertical lines: 95 % of bootstrap draws over ${clipsDrawn(analysis)}. 1: read without error; 0: no better than the mean; below 0: worse.` +
        hintOn(variable),
      series: sources.map((source) => ({
        name: source,
        colour: sources.indexOf(source),
        points: regression
          .filter((score) => score.variable === variable && score.source === source)
          .map(({ time, r2: { value, low, high } }) => ({ x: time, y: value, low, high })),
      })),
    }),
  );
  const atLast = regression.filter(({ time }) => time === last);
  const components = atLast.filter(({ source }) => source === sources[0]);
  const rows = components.flatMap(({ variable, components: parts }) => {
    const row = (name: string, of: (score: (typeof atLast)[number]) => Interval) => [
      name,
      ...sources.map((source) => {
        const score = atLast.find((each) => each.source === source && each.variable === variable);
        return score ? intervalText(of(score)) : '–';
      }),
    ];
    if (parts.length === 1) return [row(variable, ({ r2 }) => r2)];
    return [
      row(`${variable}, mean of ${parts.length}`, ({ r2 }) => r2),
      ...parts.map((_, i) => row(`${variable} ${i + 1}`, (score) => score.components[i]!.r2)),
    ];
  });
  const table: Table = {
    caption: `R² after ${last} frames`,
    columns: ['latent variable', ...sources],
    rows,
    note: 'Ridge regression from standardised latents; leave-one-out error on the training clips chooses its penalty.',
  };
  return {
    title: 'What is known of the clips, read from the latents',
    contents: regression.length > 0 ? [...renderPlots(curves), renderTable(table)] : [],
  };
}

function identificationSection({ identification, settings, sources }: RunAnalysis): Section {
  if (identification.length === 0) return { title: 'Who is it', contents: [] };
  const { scores, people } = identification[0]!;
  const all = scores.at(-1)!.views + 1;
  const curves: CurvePlot = {
    title: 'Who is it, from angles not seen before',
    xLabel: `training angles of ${all}`,
    yLabel: 'accuracy on the other angles',
    caption:
      `${people} new people; chance is ${(100 / people).toFixed(0)} %. Mean of ${settings.draws} draws of the training angles; ` +
      'vertical lines: 95 % of bootstrap draws over people.',
    series: identification.map(({ source, scores: each }) => ({
      name: source,
      colour: sources.indexOf(source),
      points: each.map(({ views, accuracy: { value, low, high } }) => ({ x: views, y: value, low, high })),
    })),
  };
  const table: Table = {
    caption: 'Identification accuracy by number of training angles',
    columns: ['training angles', ...identification.map(({ source }) => source)],
    rows: scores.map(({ views }, i) => [
      String(views),
      ...identification.map((each) => intervalText(each.scores[i]!.accuracy)),
    ]),
    note: `Linear SVM; C chosen on other people: ${identification.map(({ source, C }) => `${C} for ${source}`).join(', ')}.`,
  };
  return { title: 'Who is it', contents: [...renderPlots([curves]), renderTable(table)] };
}

function labelSection({ labels, lowShot, sources }: RunAnalysis): Section {
  const names = [...new Set(labels.map(({ label }) => label))];
  const contents = names.flatMap((label) => {
    const own = labels.filter((each) => each.label === label);
    const over = (name: string) =>
      own
        .filter(({ source }) => source === name)
        .map(({ time, accuracy: { value, low, high } }) => ({ x: time, y: value, low, high }));
    const few = lowShot.filter((each) => each.label === label);
    const curves: CurvePlot[] = [
      {
        title: `${label}: accuracy of a linear SVM`,
        xLabel: 'frames watched',
        yLabel: 'accuracy on test clips',
        caption: `Always the most frequent class: ${own[0]!.chance.toFixed(2)}.`,
        series: sources.map((name, colour) => ({ name, colour, points: over(name) })),
      },
      {
        title: `${label}: accuracy with few labels`,
        xLabel: 'labelled clips of each class',
        yLabel: 'accuracy on test clips',
        series: few.map(({ source, scores }) => ({
          name: source,
          colour: sources.indexOf(source),
          points: scores.map(({ shots, accuracy: { value, low, high } }) => ({
            x: shots,
            y: value,
            low,
            high,
          })),
        })),
      },
    ];
    const plots = renderPlots(curves.filter(({ series }) => series.some(({ points }) => points.length > 0)));
    const table = classTable(own, sources);
    return table ? [...plots, renderTable(table)] : plots;
  });
  return { title: 'Classes', contents };
}

/** How each class fares after all frames, by its name; nothing where classes have none. */
function classTable(labels: RunAnalysis['labels'], sources: RunAnalysis['sources']): Table | undefined {
  const last = Math.max(...labels.map(({ time }) => time));
  const atLast = sources.flatMap((name) =>
    labels.filter(({ source, time }) => source === name && time === last),
  );
  const classes = atLast[0]?.byClass?.filter(({ clips }) => clips > 0);
  if (!classes) return undefined;
  const share = (own: RunAnalysis['labels'][number], name: string) => {
    const { clips, right } = required(new Map(own.byClass?.map((each) => [each.name, each])), name);
    return `${right} (${Math.round((100 * right) / clips)} %)`;
  };
  return {
    caption: `${labels[0]!.label} after ${last} frames: test clips that are classified correctly`,
    columns: [labels[0]!.label, 'test clips', ...atLast.map(({ source }) => source)],
    rows: classes.map(({ name, clips }) => [name, clips, ...atLast.map((each) => share(each, name))]),
  };
}

function retrievalSection({ retrieval }: RunAnalysis, sheets: readonly ReportImage[]): Section {
  const labels = [...new Set(retrieval.map(({ label }) => label))];
  const tables = labels.map((label): Table => {
    const own = retrieval.filter((each) => each.label === label);
    const { scores } = own[0]!;
    return {
      caption: `Retrieval by ${label}: how often one of the nearest has the same ${label}`,
      columns: ['latents', ...scores.map(({ at }) => `R@${at}`)],
      rows: [
        ...own.map(({ source, scores: each }) => [source, ...each.map(({ recall }) => intervalText(recall))]),
        ['random order', ...scores.map(({ chance }) => chance.toFixed(2))],
      ],
      note:
        `R@5: one or more of the 5 nearest clips by cosine, among all others (of other files or groups, where it has some), show the same ${label}. In brackets: 95 % of ` +
        `bootstrap draws over values of ${label}.`,
    };
  });
  return {
    title: 'Nearest neighbours',
    contents: [...tables.map(renderTable), ...sheets.map(renderImage)],
  };
}

function mapSection({ maps }: RunAnalysis): Section {
  const contents = maps.map(({ points, source, method, colours, note, x, y }) => {
    const title = `${source} of ${points}, ${METHODS[method]}`;
    const drawn = colours.map((colour) => scatterPlot({ title, x, y, colour }));
    const svgs = drawn.map(inHtml);
    return renderFigure(title, note, `<div class="maps">${svgs.join('')}</div>`);
  });
  return { title: 'Maps', contents };
}

const METHODS = {
  pca: 'principal components',
  mds: 'multidimensional scaling',
  umap: 'UMAP',
} as const;
