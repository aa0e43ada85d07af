import { z } from 'zod';
import { type NrmConfig, nrmConfig } from '../nrm/index.js';

/** Settings of the dynamic neural rendering model: the network of an NRM, and what it remembers. */
export const dynamicNrmConfig = nrmConfig
  // The two readings of Max-Min would need two memories.
  .omit({ maxMin: true })
  .extend({
    name: z.literal('dynamic-nrm'),
    rendering: z
      .enum(['folded', 'bare'])
      .default('folded')
      .describe("As the NRM's; the third of its ways would need statistics of expected frames, too."),
    memory: z
      .enum(['none', 'persistence', 'motion'])
      .default('motion')
      .describe(
        "R: how the switches before weigh on the next ones. Not at all (R = 0, the NRM frame by frame), each on itself alone (R's centre), or on its neighbours too, which can follow motion.",
      ),
    remembers: z
      .enum(['switches', 'units'])
      .default('switches')
      .describe(
        'm: which units were on and where (1, or what the activation leaks), or how strongly they are rendered (a ⊙ h).',
      ),
    memoryKernel: z
      .int()
      .positive()
      .refine((side) => side % 2 === 1, 'an odd number: R has a centre')
      .default(3)
      .describe("Side of R, in pixels of the layer's map before pooling; odd. Persistence has 1."),
    memoryNorm: z.number().positive().default(1).describe('‖R‖₁ of each channel is at most this.'),
    dynamics: z
      .enum(['none', 'diagonal'])
      .default('diagonal')
      .describe(
        'v: the template moves from that of its class, v_τ = F v_{τ−1} + ε, each feature for itself; or it never does.',
      ),
  });

/** Training to predict moves every parameter by its gradient, which moving statistics have none of. */
export const predictingDynamicNrmConfig = dynamicNrmConfig.extend({
  normalization: z
    .literal(
      'bias',
      'to predict, dynamic-nrm takes bias alone: batch normalisation is for `foreframe classify`',
    )
    .default('bias'),
});
export type DynamicNrmConfig = z.infer<typeof dynamicNrmConfig>;

/** The NRM that reads and renders each frame. */
export function frameNrmConfig(config: DynamicNrmConfig): NrmConfig {
  const { layers, classes, normalization, activation, globalPooling, rendering } = config;
  return { name: 'nrm', layers, classes, normalization, activation, globalPooling, rendering, maxMin: false };
}
