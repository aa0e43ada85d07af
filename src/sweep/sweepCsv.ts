import type { Figure } from './cellOutcome.js';
import type { TriedRun } from './sweepTable.js';

/** A row for each run, with all digits: for pandas, R and spreadsheets. A run that has no figures has empty cells. */
export function sweepCsv(tried: readonly TriedRun[], figures: readonly Figure[]): string {
  const keys = Object.keys(tried[0]?.run.cell.values ?? {});
  const head = [
    'run',
    ...keys,
    'seed',
    'status',
    'step',
    'validation',
    ...figures.map(({ name }) => name),
    'reason',
  ];
  const rows = tried.map(({ run, outcome, failure }) => [
    run.name,
    ...keys.map((key) => {
      const value = run.cell.values[key];
      return typeof value === 'string' ? value : JSON.stringify(value);
    }),
    run.seed,
    outcome ? 'done' : failure === undefined ? 'missing' : 'failed',
    outcome?.step ?? '',
    outcome?.validation ?? '',
    ...figures.map(({ name }) => outcome?.test[name] ?? ''),
    failure ?? '',
  ]);
  return [head.map(columnName), ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('');
}

/** `test PSNR dB` → `test_psnr_db`; keys of a pipeline stay as they are. */
function columnName(name: string): string {
  return name
    .replaceAll('%', 'percent')
    .replaceAll(' ', '_')
    .replace(/^(test|rollout)_.*$/, (word) => word.toLowerCase());
}

/** RFC 4180. */
function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
