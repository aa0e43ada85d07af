import type { FrozenCase } from './case.js';
import { classifierVariants } from './classifierVariants.js';
import { shippedCases } from './shippedCases.js';
import { videoVariants } from './videoVariants.js';

/** All that is frozen: every pipeline that comes with foreframe, and every model by every way of learning beside them. */
export const frozenCases: readonly FrozenCase[] = [...shippedCases, ...videoVariants, ...classifierVariants];
