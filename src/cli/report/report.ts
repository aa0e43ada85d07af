import { report } from '../../library/report.js';
import { drawnWork } from '../terminal/drawnWork.js';

/** `foreframe report RUN` */
export async function reportCommand(path: string): Promise<void> {
  const { page } = await drawnWork((watching) => report(path, watching));
  console.log(`wrote ${page}`);
}
