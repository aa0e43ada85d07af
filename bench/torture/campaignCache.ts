import { linkSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/common/files/cacheFolder.js';

/** What campaigns build in a cache; the rest was downloaded. */
const BUILT = 'datasets';

/**
 * A cache of the campaign's own, so that nothing that it breaks is a person's: its files are links to those of the person's cache,
 * but for what is built. Where files cannot be linked (another disk), the person's cache itself.
 */
export function campaignCache(shared: string): string {
  const cache = join(shared, 'cache');
  const making = `${cache}.${process.pid}`;
  const own = cacheFolder();
  if (own === cache) return cache;
  try {
    linkTree(own, making, [BUILT]);
    renameSync(making, cache);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // Another area of the campaign was faster.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return own;
  }
  return cache;
}

function linkTree(from: string, to: string, without: readonly string[] = []): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (without.includes(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.isFile()) linkSync(source, target);
  }
}
