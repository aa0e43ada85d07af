import type { LiveChoices } from '../watching/messages.js';
import { liveModels, liveRates, liveSizes } from './liveModels.js';
import { liveRuns } from './liveRuns.js';
import type { OpenSession } from './openSession.js';

/** What a person can choose in the page; the session's own size and rate are among it. */
export async function choicesOf({ page }: OpenSession): Promise<LiveChoices> {
  const { width, height } = page.settings.frame;
  const sizes = liveSizes.some(([w, h]) => w === width && h === height)
    ? liveSizes
    : [[width, height] as const, ...liveSizes];
  return {
    models: Object.keys(liveModels),
    sizes: [...sizes].sort(([a, b], [c, d]) => a * b - c * d),
    rates: [...new Set([...liveRates, page.rate])].sort((a, b) => a - b),
    runs: await liveRuns(page.engine),
  };
}
