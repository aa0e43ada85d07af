import { ForeframeError } from '../../common/errors.js';
import { nearest } from '../../common/text/nearest.js';
import type { OptimizerSpec } from './optimizers.js';
import { shown } from './shown.js';

type Kind = OptimizerSpec['kind'];

const fraction = (value: number) => value >= 0 && value < 1;
const positive = (value: number) => value >= 0;

/** What each optimizer may be set to. */
const SETTINGS: Record<Kind, Record<string, (value: number) => boolean>> = {
  sgd: { momentum: fraction },
  rmsprop: { decay: fraction, momentum: fraction, epsilon: positive },
  adam: { beta1: fraction, beta2: fraction, epsilon: positive },
  adamw: { beta1: fraction, beta2: fraction, epsilon: positive, weightDecay: positive },
};

/** An optimizer as it was asked for, by its name alone or with settings. @throws ForeframeError in one line after `where`. */
export function checkedOptimizer(where: string, asked: unknown): OptimizerSpec {
  const spec = typeof asked === 'string' ? { kind: asked } : asked;
  if (typeof spec !== 'object' || spec === null)
    throw new ForeframeError(`${where}: optimizer is ${shown(asked)}: write for example { kind: 'adam' }`);
  const { kind, ...settings } = spec as { kind?: unknown };
  if (typeof kind !== 'string' || !Object.hasOwn(SETTINGS, kind))
    throw unknown(where, 'optimizer', kind, SETTINGS);
  const known = SETTINGS[kind as Kind];
  for (const [name, value] of Object.entries(settings)) {
    const allows = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!allows) throw unknown(where, `setting of ${kind}`, name, known);
    if (value !== undefined && !(typeof value === 'number' && allows(value) && Number.isFinite(value)))
      throw new ForeframeError(
        `${where}: ${kind}'s ${name} is ${shown(value)}: it must be a number ${allows === fraction ? 'from 0 to below 1' : 'of at least 0'}`,
      );
  }
  return spec as OptimizerSpec;
}

function unknown(where: string, what: string, name: unknown, all: object): ForeframeError {
  const names = Object.keys(all);
  const guess = typeof name === 'string' ? nearest(name, names) : undefined;
  const hint = guess ? `: did you mean ${guess}?` : '';
  return new ForeframeError(
    `${where}: there is no ${what} ${shown(name)}${hint}; there are: ${names.join(', ')}`,
  );
}
