import { join } from 'node:path';
import { UsageError } from '../common/errors.js';
import type { ExportFormat } from '../engine/serving/exportFormats.js';
import { type ExportOptions, exportModel } from '../library/exportModel.js';
import { RunFolder } from '../runs/runFolder.js';
import type { EntryShapes } from '../tensorflow/export/sizedProgram.js';
import { writePageCommand } from './livePage.js';

export interface ExportCommandOptions extends Omit<ExportOptions, 'format'> {
  /** `web`: the live page as files, as `foreframe live RUN --out` writes it. */
  readonly format?: ExportFormat | 'web';
  readonly json?: boolean;
}

/** `foreframe export RUN --format …` */
export async function exportCommand(
  run: string,
  { format, out, batch, steps, json }: ExportCommandOptions,
): Promise<void> {
  if (format === 'web') {
    if (batch !== undefined || steps !== undefined)
      throw new UsageError(
        '--format web writes a page that watches one camera: leave --batch and --steps out',
      );
    await RunFolder.open(run);
    await writePageCommand({ from: run, out: out ?? join(run, format), json });
    return;
  }
  const exported = await exportModel(run, { format, out, batch, steps, onNote: console.error });
  if (json) {
    console.log(JSON.stringify(exported));
    return;
  }
  for (const [name, shapes] of Object.entries(exported.entries))
    if (name !== 'serving_default') console.log(`${name}: ${entryText(shapes)}`);
  console.log(`wrote ${exported.folder}`);
}

/** As `frames [batch, 10, 30, 30, 1] → prediction`. */
function entryText({ inputs, outputs }: EntryShapes): string {
  const given = Object.entries(inputs).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  return `${given.join(', ')} → ${Object.keys(outputs).join(', ')}`;
}
