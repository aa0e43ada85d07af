import { clipMethods } from '../methods/index.js';
import { isPlain, withMethod } from './pipelineMethod.js';
import type { Plain } from './plainSettings.js';

/** One `key=value`, its key cut at the dots. */
export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
}

const OF_CLIPS: readonly unknown[] = clipMethods.map(({ name }) => name);

/**
 * What a setting means in a pipeline that spells its method in the other way: `training.rollout` of edition one is
 * `method.rollout` where there is a method, and old keys become a method where one is set. What has no meaning stays as it is,
 * and is refused with the whole pipeline.
 * @param raw is changed where it has to be spelt in another way, or another method comes
 */
export function inSameSpelling(raw: Plain, setting: Setting): Setting {
  const { path, value } = setting;
  const [room, key, ...inner] = path;
  if (room === 'method') spellNew(raw);
  const { method } = raw;
  if (room !== 'training' || !isPlain(method) || !OF_CLIPS.includes(method.name)) return setting;
  const { name, predict } = method;
  const shared = predict === undefined ? {} : { predict };
  const another = (other: string) => ({
    path: ['method'],
    value: other === name ? method : { name: other, ...shared },
  });
  const alone = inner.length === 0;
  if (key === 'predict' || key === 'rollout') return { path: ['method', key, ...inner], value };
  if (key === 'target' && alone && name !== 'adversarial' && value === 'current')
    return another('reconstruction');
  if (key === 'target' && alone && (value === 'next' || value === null))
    return another(name === 'reconstruction' ? 'next-frame' : String(name));
  if (key !== 'adversarial') return setting;
  if (alone && value === null) return another(name === 'adversarial' ? 'next-frame' : String(name));
  // Frames that it expects itself are no part of the adversarial method: refused, where there are any.
  if (name === 'reconstruction' || (name === 'next-frame' && method.rollout)) return setting;
  if (alone)
    return isPlain(value)
      ? { path: ['method'], value: { ...value, name: 'adversarial', ...shared } }
      : setting;
  if (name === 'next-frame') raw.method = { name: 'adversarial', ...shared };
  return { path: ['method', ...inner], value };
}

/** Old keys, if they are right, become a method. */
function spellNew(raw: Plain): void {
  const { training } = raw;
  if (raw.method !== undefined || !isPlain(training)) return;
  let wrong = false;
  const spelt = withMethod(raw, () => {
    wrong = true;
  }) as { readonly training: Plain; readonly method: unknown };
  if (wrong || Object.keys(spelt.training).length === Object.keys(training).length) return;
  raw.training = spelt.training;
  raw.method = spelt.method;
}
