import { z } from 'zod';
import { ForeframeError } from '../../../common/errors.js';
import type { ToServer } from '../../watching/messages.js';
import { decodeMessage } from '../../watching/wire.js';

/** Frames of a rollout: a minute at the highest rate. */
const MOST_EXPECTED = 3600;

const count = z.int().min(1);
const choice = z.union([
  z.strictObject({ run: z.string() }),
  z.strictObject({ model: z.string().optional(), width: count, height: count, rate: z.number() }),
]);

const toServer: z.ZodType<ToServer> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('open'), choice: choice.optional() }),
  z.strictObject({ kind: z.literal('frame'), number: z.int().min(0), frame: z.instanceof(Uint8Array) }),
  z.strictObject({ kind: z.literal('learn'), learningRate: z.number().min(0) }),
  z.strictObject({ kind: z.literal('rollout'), frames: count.max(MOST_EXPECTED) }),
  z.strictObject({ kind: z.literal('cut') }),
  z.strictObject({ kind: z.literal('save') }),
]);

/** What a page sent. @throws ForeframeError for what no page of this version sends */
export function pageMessage(data: Uint8Array): ToServer {
  const { success, data: message, error } = toServer.safeParse(decodeMessage(data));
  if (success) return message;
  const { path, message: fault } = error.issues[0]!;
  throw new ForeframeError(
    `the page sent ${path.join('.') || 'a message'} that is not understood (${fault}): reload it`,
  );
}
