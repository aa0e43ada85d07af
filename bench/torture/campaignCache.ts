import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/common/cacheFolder.js';

/** A cache of the campaign's own, so that nothing that it breaks is a person's: what was downloaded is shared, what was built is not. */
export function campaignCache(shared: string): string {
  const [cache, own] = [
    join(shared, 'cache'),
    cacheFolder({ ...process.env, FOREFRAME_CACHE: process.env.FOREFRAME_TORTURE_CACHE }),
  ];
  mkdirSync(join(cache, 'datasets'), { recursive: true });
  for (const name of existsSync(own) ? readdirSync(own) : []) {
    try {
      if (name !== 'datasets') symlinkSync(join(own, name), join(cache, name));
    } catch {
      // Another area of the campaign was faster.
    }
  }
  return cache;
}
