import type { Plain } from './plainSettings.js';

/** Keys of `training` in edition one that are a method's now, and what is written instead. */
const MOVED = {
  predict: 'method.predict',
  rollout: 'method.rollout',
  target: 'method.name (next-frame or reconstruction)',
  adversarial: 'method with name: adversarial',
} as const;
type Moved = keyof typeof MOVED;

/** Something wrong with the old keys, as zod takes it. */
export interface OldKeyIssue {
  readonly path: string[];
  readonly message: string;
  /** What would have been right, where that is a list. */
  readonly values?: readonly string[];
}

/**
 * The pipeline with its method under `method`: edition one had the keys of its three ways to learn from clips in `training`, and those of the
 * adversarial one under `training.adversarial`.
 */
export function withMethod(raw: unknown, report: (issue: OldKeyIssue) => void): unknown {
  if (!isPlain(raw)) return raw;
  const { training } = raw;
  if (!isPlain(training)) return raw;
  const { predict, rollout, target, adversarial, ...rest } = training;
  const old = { predict, rollout, target, adversarial };
  const [first] = (Object.keys(MOVED) as Moved[]).filter((key) => old[key] !== undefined);
  if (first === undefined) return { ...raw, training: rest };
  if (raw.method === undefined) return { ...raw, training: rest, method: methodOf(old, report) };
  report({
    path: ['training', first],
    message: `this is written as ${MOVED[first]} now; where there is a method, leave training.${first} out`,
  });
  return { ...raw, training: rest };
}

/** What the old keys stand for. */
function methodOf(
  { predict, rollout, target, adversarial }: Record<Moved, unknown>,
  report: (issue: OldKeyIssue) => void,
): Plain {
  const wrong = (key: Moved, message: string) => report({ path: ['training', key], message });
  const reconstructs = target === 'current';
  if (target !== undefined && target !== 'next' && !reconstructs)
    report({
      path: ['training', 'target'],
      message: 'Invalid option: expected one of "next"|"current"',
      values: ['next', 'current'],
    });
  if (adversarial !== undefined && !isPlain(adversarial))
    wrong('adversarial', 'Invalid input: expected an object such as {lambda: 0.0002}');
  if (adversarial !== undefined && reconstructs)
    wrong(
      'adversarial',
      'the discriminator judges frames that follow what was seen: it needs training.target: next',
    );
  const alone = adversarial === undefined && !reconstructs;
  if (!alone && rollout !== undefined && rollout !== 0)
    wrong(
      'rollout',
      'own predictions are watched for the squared error of the next frame alone: not with adversarial or target: current',
    );
  const shared = predict === undefined ? {} : { predict };
  if (alone) return { name: 'next-frame', ...shared, ...(rollout !== undefined && { rollout }) };
  if (adversarial === undefined) return { name: 'reconstruction', ...shared };
  const own = isPlain(adversarial) ? adversarial : {};
  for (const key of ['name', 'predict'])
    if (key in own) report({ path: ['training', 'adversarial', key], message: 'there is no such key' });
  return { ...own, name: 'adversarial', ...shared };
}

export function isPlain(value: unknown): value is Plain {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
