import { type ExportOptions, exportModel } from '../library/exportModel.js';

/** `foreframe export RUN --format savedmodel` */
export async function exportCommand(
  run: string,
  { out, batch, steps, json }: ExportOptions & { readonly json?: boolean },
): Promise<void> {
  const exported = await exportModel(run, { out, batch, steps });
  if (json) console.log(JSON.stringify(exported));
  else {
    console.log(`${exported.input} [${exported.frames.join(', ')}] → ${exported.signatures.join(', ')}`);
    console.log(`wrote ${exported.folder}`);
  }
}
