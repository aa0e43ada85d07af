import { z } from 'zod';
import { type NrmConfig, nrmConfig } from '../nrm/index.js';

/** Settings of the dynamic neural rendering model: the network of an NRM, and what it remembers. */
export const dynamicNrmConfig = nrmConfig
  // The two readings of Max-Min would need two memories.
  .omit({ maxMin: true })
  .extend({
    name: z.literal('dynamic-nrm'),
    /** As the NRM's; the third of its ways would need statistics of expected frames, too. */
    rendering: z.enum(['folded', 'bare']).default('folded'),
    /**
     * R: how the switches before weigh on the next ones. Not at all (R = 0, the NRM frame by frame), each on itself alone
     * (R's centre), or on its neighbours too, which can follow motion.
     */
    memory: z.enum(['none', 'persistence', 'motion']).default('motion'),
    /** m: which units were on and where (1, or what the activation leaks), or how strongly they are rendered (a ⊙ h). */
    remembers: z.enum(['switches', 'units']).default('switches'),
    /** Side of R, in pixels of the layer's map before pooling; odd. Persistence has 1. */
    memoryKernel: z
      .int()
      .positive()
      .refine((side) => side % 2 === 1, 'an odd number: R has a centre')
      .default(3),
    /** ‖R‖₁ of each channel is at most this. */
    memoryNorm: z.number().positive().default(1),
    /** v: the template moves from that of its class, v_τ = F v_{τ−1} + ε, each feature for itself; or it never does. */
    dynamics: z.enum(['none', 'diagonal']).default('diagonal'),
  });
export type DynamicNrmConfig = z.infer<typeof dynamicNrmConfig>;

/** The NRM that reads and renders each frame. */
export function frameNrmConfig(config: DynamicNrmConfig): NrmConfig {
  const { layers, classes, normalization, activation, globalPooling, rendering } = config;
  return { name: 'nrm', layers, classes, normalization, activation, globalPooling, rendering, maxMin: false };
}
