import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { UsageError } from '../../src/common/errors.js';
import { clipMethodOf, methods, sampleMethodOf } from '../../src/methods/index.js';
import { CAPABILITIES, type ModelName, models } from '../../src/models/index.js';
import { smallModel, tinyPipeline } from './tinyPipelines.js';

/** What every method in the registry says of itself, and whom it refuses. */

const names = Object.keys(models) as ModelName[];

/** A schema in JSON, as far as it is walked here. */
interface Written {
  readonly description?: string;
  readonly properties?: Record<string, Written>;
  readonly items?: Written;
  readonly anyOf?: readonly Written[];
  readonly oneOf?: readonly Written[];
}

/** Keys without a meaning, at any depth; what a name or kind chooses says itself what it is. */
function silent({ properties = {}, items, anyOf = [], oneOf = [] }: Written, at: string): string[] {
  const inner = Object.entries(properties).flatMap(([key, value]) => {
    const path = `${at}.${key}`;
    const own = value.description?.trim() || ['name', 'kind'].includes(key) ? [] : [path];
    return [...own, ...silent(value, path)];
  });
  return [...inner, ...[...(items ? [items] : []), ...anyOf, ...oneOf].flatMap((each) => silent(each, at))];
}

it('no two methods have one name', () => {
  expect(new Set(methods.map(({ name }) => name)).size).toBe(methods.length);
});

describe.each(methods.map((method) => [method.name, method] as const))('the method %s', (name, method) => {
  const { about, source, needs, settings, samples } = method;

  it('says in one sentence what it is, and where it is from', () => {
    expect(about).toMatch(/^[A-Z][^.!?]{20,160}\.$/);
    // Authors with a year, or a book that needs none.
    expect(source).toMatch(/\b(19|20)\d\d\b|^the textbook$/);
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(settings.shape.name.value).toBe(name);
    expect((samples === 'clips' ? clipMethodOf : sampleMethodOf)({ name })).toBe(method);
  });

  it('has a default for every setting, takes no other, and keeps what it has parsed', () => {
    const parsed = settings.parse({ name });
    expect(settings.parse(parsed)).toEqual(parsed);
    expect(settings.safeParse({ name, wings: 2 }).success).toBe(false);
    expect(settings.safeParse({ name: `${name}s` }).success).toBe(false);
  });

  it('says what each of its settings means', () => {
    expect(silent(z.toJSONSchema(settings, { io: 'input' }) as Written, 'method')).toEqual([]);
  });

  it('needs what some networks offer, and refuses the others in one line that names both keys', () => {
    expect(needs.filter((need) => !CAPABILITIES.includes(need))).toEqual([]);
    const offering = names.filter((model) =>
      models[model].offers.some((each) => needs.some((need) => need === each)),
    );
    expect(offering.length).toBeGreaterThan(1);
    for (const model of names.filter((each) => !offering.includes(each))) {
      const refused = refusalOf(() => tinyPipeline(method, smallModel(model), { steps: 1 }));
      expect(refused).toMatch(/^tiny: model\.name: [^\n]+$/);
      for (const part of [`method.name ${name}`, model, ...needs]) expect(refused).toContain(part);
      for (const fitting of offering) expect(refused).toContain(fitting);
    }
    // What it can do without, it does not refuse but for a reason of its own.
    for (const model of offering) {
      const refused = refusalOf(() => tinyPipeline(method, smallModel(model), { steps: 1 }));
      if (refused !== undefined) expect(refused).toMatch(/^tiny: (method|model|data|training)\.\w+: [^\n]+$/);
    }
  });
});

/** The message of what a person got wrong; nothing where all is well. */
function refusalOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message;
  }
}
