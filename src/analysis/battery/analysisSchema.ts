import { z } from 'zod';

/** JSON has no NaN: it is written as `null`. */
const number = z.number().or(z.null().transform(() => Number.NaN));
const numbers = z.array(number);
const count = z.int().min(0);
const text = z.string().max(10_000);
const interval = z.object({ value: number, low: number, high: number });
const draw = { accuracy: interval, draws: numbers };

const settings = z.object({
  dataset: text,
  frame: text,
  clips: count,
  steps: count,
  people: count,
  turn: z.number(),
  draws: count,
  seed: count,
});

const regression = z.object({
  source: text,
  time: number,
  variable: text,
  r2: interval,
  components: z.array(z.object({ column: text, r2: interval, penalty: number })),
  squaredErrors: numbers,
});

const label = z.object({
  source: text,
  time: number,
  label: text,
  accuracy: interval,
  chance: number,
  C: z.number().optional(),
  hits: numbers,
  byClass: z.array(z.object({ name: text, clips: count, right: count })).optional(),
});

const lowShot = z.object({
  source: text,
  label: text,
  scores: z.array(z.object({ shots: count, ...draw, byRow: numbers, C: number })),
});

const identification = z.object({
  source: text,
  C: number,
  people: count,
  scores: z.array(z.object({ views: count, ...draw, byIdentity: numbers })),
});

const retrieval = z.object({
  source: text,
  label: text,
  scores: z.array(z.object({ at: count, recall: interval, chance: number, queries: numbers, hits: numbers })),
});

const map = z.object({
  points: text,
  source: text,
  method: z.enum(['pca', 'mds', 'umap']),
  x: numbers,
  y: numbers,
  colours: z.array(
    z.object({
      name: text,
      kind: z.enum(['number', 'class']),
      values: numbers,
      names: z.array(text).optional(),
    }),
  ),
  note: text,
});

/** The content of an analysis file, besides its `format`. */
export const analysisSchema = z
  .object({
    run: text,
    pipeline: text,
    model: text,
    seed: count,
    step: count,
    data: text,
    trainClips: number,
    testClips: number,
    groups: z.array(count).optional(),
    ownData: text.optional(),
    settings,
    sources: z.array(text).min(1),
    widths: z.array(count),
    times: numbers,
    truths: z.array(z.object({ time: number, variable: text, values: numbers })),
    regression: z.array(regression),
    labels: z.array(label),
    lowShot: z.array(lowShot),
    identification: z.array(identification),
    retrieval: z.array(retrieval),
    maps: z.array(map),
    leftOut: z.array(text),
  })
  .refine(({ sources, widths }) => sources.length === widths.length, {
    path: ['widths'],
    message: 'there should be one of each source',
  });
