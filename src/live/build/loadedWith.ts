import { gzipSync } from 'node:zlib';
import type { OutputChunk } from 'rolldown';

/** A script with all that it loads before it runs. @throws RangeError where there is none of that name */
export function loadedWith(chunks: readonly OutputChunk[], ...names: readonly string[]): OutputChunk[] {
  const found = new Set<OutputChunk>();
  const load = (fileName: string) => {
    const chunk = chunks.find((each) => each.fileName === fileName);
    if (!chunk) throw new RangeError(`there is no ${fileName} in the bundle`);
    if (found.has(chunk)) return;
    found.add(chunk);
    chunk.imports.forEach(load);
  };
  names.forEach(load);
  return [...found];
}

/** Bytes that a browser is sent. */
export function zippedSize(chunks: readonly OutputChunk[]): number {
  return chunks.reduce((sum, { code }) => sum + gzipSync(code).length, 0);
}
