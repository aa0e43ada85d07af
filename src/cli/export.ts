import { type ExportOptions, exportModel } from '../library/exportModel.js';
import type { EntryShapes } from '../tensorflow/export/sizedProgram.js';

/** `foreframe export RUN --format …` */
export async function exportCommand(
  run: string,
  { format, out, batch, steps, json }: ExportOptions & { readonly json?: boolean },
): Promise<void> {
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
