import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { Happenings } from '../../src/surprise/happenings.js';
import {
  EventDetector,
  SlidingMedian,
  type SurpriseSettings,
  surpriseSettings,
  UsualError,
  UsualPlaces,
} from '../../src/surprise/index.js';
import { SurpriseMeter } from '../../src/surprise/surpriseMeter.js';

// Of equal numbers 0 and -0 may come in any order.
const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((each) => each + 0);
const error = fc.double({ min: 1e-9, max: 1, noNaN: true });

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Scores of errors, and the events among them as [start, end, peak]. */
function watched(errors: readonly number[], given: Partial<SurpriseSettings> = {}, floor?: number) {
  const settings = surpriseSettings(given);
  const usual = new UsualError(settings, floor);
  const detector = new EventDetector(settings);
  const scores: number[] = [];
  const events: number[][] = [];
  const note = (changes: ReturnType<EventDetector['end']>) => {
    for (const { kind, stretch } of changes)
      if (kind === 'ended') events.push([stretch.start, stretch.end, stretch.peak]);
  };
  for (const each of errors) {
    const { score, sudden } = usual.take(each);
    scores.push(score);
    note(detector.take(score, sudden));
  }
  note(detector.end());
  return { scores, events };
}

/** Errors as a network makes them: they vary by some ten percent. */
function noise(seed: number, count: number, size = 1e-3): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => size * Math.exp(0.2 * random.normal()));
}

describe('the sliding median', () => {
  it('is that of the last values, with their median deviation', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (all, window) => {
          const sliding = new SlidingMedian(window);
          all.forEach((each, at) => {
            sliding.add(each);
            const last = all.slice(Math.max(0, at + 1 - window), at + 1);
            const centre = medianOf(last);
            expect(sliding.count).toBe(last.length);
            expect(sliding.median()).toBe(centre);
            expect(sliding.medianDeviation()).toBeCloseTo(medianOf(last.map((v) => Math.abs(v - centre))), 6);
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the surprise of a row of errors', () => {
  it('depends on ratios alone', () => {
    fc.assert(
      fc.property(
        fc.array(error, { minLength: 30, maxLength: 90 }),
        fc.integer({ min: -20, max: 20 }),
        (errors, power) => {
          const scale = 2 ** power;
          const own = watched(errors, { warmUp: 5 }, 1e-7).scores;
          const scaled = watched(
            errors.map((each) => each * scale),
            { warmUp: 5 },
            1e-7 * scale,
          ).scores;
          own.forEach((score, at) => {
            expect(scaled[at]).toBeCloseTo(score, 6);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is none in constant errors, whatever their size', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (size) => {
        const { scores, events } = watched(Array.from({ length: 200 }, () => size));
        expect(events).toEqual([]);
        expect(Math.max(...scores.map(Math.abs))).toBeLessThan(1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('makes exactly one event of one jump, where it is', () => {
    const planted = { at: fc.integer({ min: 150, max: 500 }), length: fc.integer({ min: 1, max: 25 }) };
    fc.assert(
      fc.property(
        fc.nat(),
        planted.at,
        planted.length,
        fc.double({ min: 12, max: 500, noNaN: true }),
        (seed, at, length, times) => {
          const errors = noise(seed, 700).map((each, frame) =>
            frame >= at && frame < at + length ? each * times : each,
          );
          const { events } = watched(errors);
          expect(events).toHaveLength(1);
          const [start, end, peak] = events[0]!;
          expect(start).toBe(at);
          // A chance value above half of the threshold, not long after, still belongs to it.
          expect(end).toBeGreaterThanOrEqual(at + length - 1);
          expect(end).toBeLessThan(at + length + 25);
          expect(peak).toBeGreaterThanOrEqual(at);
          expect(peak).toBeLessThan(at + length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('joins what is closer than the gap, and keeps apart what is not', () => {
    const jumps = (...frames: number[]) =>
      watched(
        noise(3, 400).map((each, at) => (frames.includes(at) ? each * 50 : each)),
        { gap: 10 },
      ).events.map(([start, end]) => [start, end]);
    expect(jumps(200, 209)).toEqual([[200, 209]]);
    expect(jumps(200, 212)).toEqual([
      [200, 200],
      [212, 212],
    ]);
  });

  it('has a new event where another scene begins while something unusual goes on', () => {
    const errors = [...noise(1, 300), ...noise(2, 60, 0.01), 0.4, ...noise(3, 60, 0.01)];
    expect(watched(errors).events.map(([start]) => start)).toEqual([300, 360]);
  });

  it('is none where a camera sends images twice or three times', () => {
    for (const times of [2, 3]) {
      const errors = noise(4, 600).map((each, at) => (at % times === 0 ? each : 0));
      expect(watched(errors).events).toEqual([]);
      errors[400] = 0.3;
      expect(watched(errors).events.map(([, , peak]) => peak)).toEqual([400]);
    }
  });

  it('becomes usual when it stays', () => {
    const errors = [...noise(1, 300), ...noise(2, 700, 0.05)];
    const { scores, events } = watched(errors, { window: 300 });
    expect(events).toHaveLength(1);
    expect(Math.abs(scores.at(-1)!)).toBeLessThan(6);
  });

  it('has no score before the window has warmed up', () => {
    expect(watched([...noise(1, 20), 1], { warmUp: 25 }).events).toEqual([]);
    expect(watched([...noise(1, 25), 1], { warmUp: 25 }).events).toHaveLength(1);
  });
});

describe('an event', () => {
  const settings = { threshold: 6, release: 0.5, gap: 3 };
  const changes = (scores: readonly number[], least?: number) => {
    const detector = new EventDetector({ ...settings, least });
    return scores.map((score) => detector.take(score)[0]?.kind);
  };

  it('is known at the frame it begins, and goes on down to half of the threshold', () => {
    const kinds = changes([0, 7, 4, 8, 1, 1, 1, 0]);
    expect(kinds).toEqual([undefined, 'began', undefined, 'peak', undefined, undefined, 'ended', undefined]);
  });

  it('may have to last before it counts', () => {
    expect(changes([7, 7, 0, 7, 7, 7, 0], 3)).toEqual([...Array(5).fill(undefined), 'began', undefined]);
    expect(new EventDetector({ ...settings, least: 3 }).end()).toEqual([]);
  });
});

describe('what is usual in place', () => {
  it('finds the one place that is unusual, and only there', () => {
    const random = new Random(5);
    const places = new UsualPlaces(9, 500, 16);
    const draw = () => Float64Array.from({ length: 9 }, () => 1e-3 * Math.exp(0.3 * random.normal()));
    for (let frame = 0; frame < 300; frame++) places.take(draw());
    const odd = draw();
    odd[4] = 0.5;
    const scores = [...places.take(odd)];
    expect(scores.indexOf(Math.max(...scores))).toBe(4);
    expect(scores.filter((score) => score > 6)).toHaveLength(1);
  });
});

describe('the meter', () => {
  const size = { height: 8, width: 12, channels: 1 };
  const frames = (seed: number, count: number) => {
    const random = new Random(seed);
    return Array.from({ length: count }, () => ({
      truth: Uint8Array.from({ length: 96 }, () => 120 + random.integer(16)),
      expected: new Float32Array(96).fill(0.5),
    }));
  };

  it('gives the same for each camera, however their frames come between each other', () => {
    const settings = surpriseSettings({ warmUp: 5, window: 20 });
    const [a, b] = [frames(1, 60), frames(2, 60)];
    const alone = (of: typeof a) => {
      const meter = new SurpriseMeter(size, settings);
      return of.map(({ truth, expected }) => meter.measure(truth, expected));
    };
    fc.assert(
      fc.property(fc.infiniteStream(fc.boolean()), (turns) => {
        const meters = [new SurpriseMeter(size, settings), new SurpriseMeter(size, settings)];
        const got: [unknown[], unknown[]] = [[], []];
        const take = (which: 0 | 1) => {
          const { truth, expected } = (which ? b : a)[got[which].length]!;
          got[which].push(meters[which]!.measure(truth, expected));
        };
        for (const turn of turns) {
          if (got[0].length === a.length && got[1].length === b.length) break;
          take(got[1].length === b.length || (turn && got[0].length < a.length) ? 0 : 1);
        }
        expect(got[0]).toEqual(alone(a));
        expect(got[1]).toEqual(alone(b));
      }),
      { numRuns: 5 },
    );
  });

  it('knows a frozen camera: less happens than usual', () => {
    const settings = surpriseSettings({ stillFrames: 10, warmUp: 5 });
    const meter = new SurpriseMeter(size, settings);
    for (const { truth, expected } of frames(1, 50)) meter.measure(truth, expected);
    const truth = new Uint8Array(96).fill(100);
    const expected = Float32Array.from(truth, (byte) => byte / 255);
    const kinds = Array.from({ length: 12 }, () => meter.measure(truth, expected).changes).flat();
    expect(kinds.map(({ of, kind }) => `${of} ${kind}`)).toContain('less began');
  });
});

it('settings that make no sense are refused in one line that names them', () => {
  for (const [key, wrong] of Object.entries({ window: 3, threshold: 0, release: 2, gap: 0.5, warmUp: -1 }))
    expect(() => surpriseSettings({ [key]: wrong })).toThrow(new RegExp(`^${key} .*give`));
});

describe('what is said of an event', () => {
  it('are the numbers of its peak, also where it began before it was known to be one', () => {
    const size = { height: 16, width: 16, channels: 1 };
    const settings = surpriseSettings({ window: 200, stillFrames: 30 });
    const meter = new SurpriseMeter(size, settings);
    const happenings = new Happenings(size, meter.grid, settings.gap + settings.stillFrames);
    const random = new Random(1);
    const truth = new Uint8Array(256);
    const measured: ReturnType<SurpriseMeter['measure']>[] = [];
    const heard = [];
    for (let frame = 0; frame < 200; frame++) {
      // From frame 120 on the image stands still, and at 125 one corner does so more than ever.
      const off = frame < 120 ? 0.1 * (1 + 0.1 * random.normal()) : frame === 125 ? 0.001 : 0.01;
      const each = meter.measure(truth, new Float32Array(256).fill(off));
      measured.push(each);
      heard.push(...happenings.take(each, { frame: frame + 1, time: frame / 10 }));
    }
    const began = heard.find(({ kind, event }) => kind === 'began' && event.of === 'less')!.event;
    const { error, usual, score } = measured[125]!;
    expect(began.peak.frame).toBe(126);
    expect(began).toMatchObject({ error, usual, score: -score });
  });
});
