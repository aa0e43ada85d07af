import { z } from 'zod';
import { ForeframeError } from '../../../common/errors.js';
import { optimizerConfig } from '../../../methods/settings/optimizer.js';
import { predictorConfig } from '../../../models/index.js';
import type { LiveSettings, ToNetwork } from '../../watching/messages.js';
import { decodeMessage } from '../../watching/wire.js';

const count = z.int().min(1).max(65_536);
const bytes = z.instanceof(Uint8Array);

const settings: z.ZodType<LiveSettings> = z.strictObject({
  model: predictorConfig,
  frame: z.strictObject({ height: count, width: count, channels: z.union([z.literal(1), z.literal(3)]) }),
  seed: z.int(),
  steps: count,
  step: z.strictObject({
    optimizer: optimizerConfig,
    clipNorm: z.number().positive().optional(),
    predict: z.enum(['every', 'last']),
    rollout: z.int().min(0),
  }),
  learningRate: z.number().positive(),
});

const toNetwork: z.ZodType<ToNetwork> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('open'),
    settings,
    weights: z.union([bytes, z.literal('session')]).optional(),
  }),
  z.strictObject({ kind: z.literal('frame'), number: z.int().min(0), frame: bytes }),
  z.strictObject({ kind: z.literal('learn'), learningRate: z.number().min(0) }),
  z.strictObject({ kind: z.literal('cut') }),
  z.strictObject({ kind: z.literal('save') }),
]);

/** What a page sent. @throws ForeframeError for what no page of this version sends */
export function pageMessage(data: Uint8Array): ToNetwork {
  const { success, data: message, error } = toNetwork.safeParse(decodeMessage(data));
  if (success) return message;
  const { path, message: fault } = error.issues[0]!;
  throw new ForeframeError(
    `the page sent ${path.join('.') || 'a message'} that is not understood (${fault}): reload it`,
  );
}
