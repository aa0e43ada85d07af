import { benchmarkFewLabels, type FewLabelsOptions } from '../../benchmark/fewLabels.js';
import { answerOf } from '../../benchmark/results.js';
import { missingLines, resultsTable, summaryOf } from '../../benchmark/resultsTable.js';
import { ForeframeError } from '../../common/errors.js';
import { drawnWork } from '../terminal/drawnWork.js';
import { plainTable } from '../terminal/plainTable.js';
import { withInterrupt } from '../terminal/terminal.js';

export interface FewLabelsCommandOptions extends Omit<FewLabelsOptions, 'signal' | 'onProgress' | 'onNote'> {
  readonly json?: boolean;
}

/** `foreframe benchmark few-labels` */
export async function fewLabelsCommand({ json, ...options }: FewLabelsCommandOptions): Promise<void> {
  const { prepared, rows, failures, ...files } = await withInterrupt((signal) =>
    drawnWork((watching) => benchmarkFewLabels({ ...options, signal, ...watching })),
  );
  if (json) console.log(JSON.stringify({ ...answerOf(prepared, rows), ...files }));
  else
    console.log(
      [
        plainTable(resultsTable(prepared, rows)),
        '',
        ...summaryOf(rows),
        ...missingLines(rows),
        `wrote ${files.page}, ${files.csv} and ${files.json}`,
      ].join('\n'),
    );
  const [first] = failures;
  if (first === undefined) return;
  throw new ForeframeError(
    `${failures.length === 1 ? '1 training' : `${failures.length} trainings`} failed: ${first}`,
  );
}
