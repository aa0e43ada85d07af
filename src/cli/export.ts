import { join } from 'node:path';
import { exportRun } from '../training/exportRun.js';

export interface ExportOptions {
  readonly out?: string;
  readonly batch?: number;
  readonly steps?: number;
  readonly json?: boolean;
}

/** `foreframe export RUN --format savedmodel` */
export async function exportCommand(run: string, options: ExportOptions): Promise<void> {
  const { out = join(run, 'savedmodel'), batch, steps } = options;
  const exported = await exportRun(run, { out, batch, steps });
  if (options.json) console.log(JSON.stringify(exported));
  else {
    console.log(`frames [${exported.frames.join(', ')}] → ${exported.signatures.join(', ')}`);
    console.log(`wrote ${exported.folder}`);
  }
}
