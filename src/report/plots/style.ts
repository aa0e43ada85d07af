import { STACKING_STYLE } from '../parts/tableWidth.js';

/** Colours of curves on light and on dark paper: distinct for any colour vision, and dark or light enough to read as text. */
const series = [
  { light: '#0b62a8', dark: '#6cb4f5' },
  { light: '#b84a00', dark: '#ff9d5c' },
  { light: '#00745a', dark: '#4fd3a9' },
  { light: '#943f7d', dark: '#e79bd2' },
  { light: '#7a6400', dark: '#e3cb5a' },
  { light: '#5a5a66', dark: '#bcbcc8' },
];

/** How many distinct colours there are. */
export const SERIES_COLOURS = series.length;

/** The CSS colour of the curve of that number, from 0 and round; the light one where no style sheet sets the variable. */
export function seriesColour(at: number): string {
  const slot = at % series.length;
  return `var(--series-${slot + 1}, ${series[slot]!.light})`;
}

const variables = (paper: 'light' | 'dark') =>
  series.map((colours, at) => `--series-${at + 1}: ${colours[paper]};`).join(' ');

const light = `--paper: #fff; --ink: #1c1e21; --quiet: #5c6168; --line: #dcdfe4; --panel: #f5f6f8; ${variables('light')}`;
const dark = `--paper: #15171a; --ink: #e6e8eb; --quiet: #a0a6ae; --line: #34383e; --panel: #1e2125; ${variables('dark')}`;

/** The page's style sheet. Print is always light. */
export const STYLE = `
:root { color-scheme: light dark; ${light} }
@media screen and (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 .8rem; padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 .4rem; }
.subtitle, .note, .facts, .scale, figcaption { color: var(--quiet); }
.subtitle { margin: 0; }
.note, .facts, .scale, figcaption { font-size: .9rem; margin: .4rem 0 0; max-width: 46rem; }
.summary { max-width: 46rem; margin: 1.4rem 0 0; padding: .9rem 1.2rem .9rem 2.2rem; background: var(--panel); border-radius: 8px; }
.summary li { margin: .25rem 0; }
.moving { margin-top: 1.4rem; }
.moving img { width: 38rem; }
.scale span { display: inline-block; width: 7rem; height: .7em; border: 1px solid var(--line); }
.table { position: relative; container-type: inline-size; overflow-x: auto; margin: 0 0 1.8rem; }
table { border-collapse: collapse; font-size: .94rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: .2rem; }
thead th { border-bottom: 2px solid var(--quiet); vertical-align: bottom; }
tbody th { font-weight: 400; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.deviation { color: var(--quiet); font-size: .88em; white-space: nowrap; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
figure { margin: 0 0 2rem; min-width: 0; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); column-gap: 2rem; }
.plots figure { max-width: 36rem; }
.plot svg { display: block; width: 100%; height: auto; color: var(--ink); }
.maps { display: flex; flex-wrap: wrap; gap: 1rem; }
.maps svg { display: block; width: 100%; max-width: 23.75rem; height: auto; color: var(--ink); }
figure img, figure video { display: block; max-width: 100%; height: auto; border-radius: 4px; }
pre { margin: 0; padding: .9rem 1.1rem; background: var(--panel); border-radius: 8px; font: .84rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
td { overflow-wrap: anywhere; }
.number, .score, thead th { overflow-wrap: normal; }
.score { font-variant-numeric: tabular-nums; }
@container (max-width: 36rem) {
table { font-size: .84rem; }
th, td { padding: .3rem; }
tbody th { white-space: normal; }
.many table { font-size: .74rem; width: 100%; }
.many th, .many td { padding: .3rem .15rem; }
}
${STACKING_STYLE}
@media (max-width: 40rem) { main { padding: 1.5rem 1rem 3rem; } }
@media print {
  main { max-width: none; padding: 0; }
  body { font-size: 10.5pt; }
  h2 { break-after: avoid; }
  figure, table, .summary { break-inside: avoid; }
  video { display: none; }
}
`;
