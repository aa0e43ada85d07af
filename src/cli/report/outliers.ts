import {
  OUTLIER_NOTES,
  type OutlierReport,
  type OutliersOptions,
  outliers,
} from '../../library/reporting/outliers.js';
import { textTable } from '../terminal/terminal.js';

/** `foreframe outliers RUN` */
export async function outliersCommand(
  path: string,
  { json, against, pictures }: OutliersOptions & { readonly json?: boolean },
): Promise<void> {
  const report = await outliers(path, { against, pictures, onNote: console.error });
  console.log(json ? JSON.stringify(report) : outlierText(report));
}

function outlierText({ inside, outside, pictures, noise, scores }: OutlierReport): string {
  const rows = scores.map(({ name, auroc, passAt95 }) => [
    name,
    auroc.toFixed(4),
    `${(100 * passAt95).toFixed(1)} %`,
  ]);
  const head = `${inside} (${pictures.inside} test images) against ${outside} (${pictures.outside}), σ ${noise.toFixed(3)}`;
  return `${head}\n\n${textTable(['score', 'AUROC', 'accepted'], rows)}\n\n${OUTLIER_NOTES}`;
}
