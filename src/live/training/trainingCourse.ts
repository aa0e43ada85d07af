import type { MetricsRecord } from '../../runs/metricsLog.js';
import { Course } from '../watching/course.js';
import type { Curve } from './trainingState.js';

/** Figures at most that are followed: more than any method logs. */
const MOST_FIGURES = 40;
/** Seconds of training over which the speed is taken, and pairs of step and seconds at most that are kept for it. */
const SPEED_SECONDS = 60;
const MOST_PAIRS = 600;

/** What a training has logged, in bounded memory however long it goes on: thinned curves, last values, speed. */
export class TrainingCourse {
  readonly #courses = new Map<string, Course>();
  readonly #latest = new Map<string, number>();
  readonly #pairs: { readonly step: number; readonly seconds: number }[] = [];
  step = 0;
  seconds = 0;

  add({ step, seconds, ...figures }: MetricsRecord): void {
    this.step = step;
    for (const [name, value] of Object.entries(figures)) {
      if (!this.#courses.has(name) && this.#courses.size === MOST_FIGURES) continue;
      const course = this.#courses.get(name) ?? new Course(1);
      this.#courses.set(name, course);
      course.add(step, [value]);
      this.#latest.set(name, value);
    }
    if (seconds !== undefined) this.#time(step, seconds);
  }

  #time(step: number, seconds: number): void {
    this.seconds = seconds;
    const pairs = this.#pairs;
    pairs.push({ step, seconds });
    // Where steps are fast, every other pair says as much.
    if (pairs.length > MOST_PAIRS) pairs.splice(0, pairs.length, ...pairs.filter((_, at) => at % 2 === 0));
    while (pairs.length > 2 && seconds - pairs[1]!.seconds > SPEED_SECONDS) pairs.shift();
  }

  /** Steps in a second of training, of late. */
  get stepsPerSecond(): number | undefined {
    const [first, last] = [this.#pairs[0], this.#pairs.at(-1)];
    if (!first || !last || last.seconds <= first.seconds) return undefined;
    return (last.step - first.step) / (last.seconds - first.seconds);
  }

  get latest(): Record<string, number | null> {
    return Object.fromEntries([...this.#latest].map(([name, value]) => [name, short(value)]));
  }

  get curves(): Record<string, Curve> {
    return Object.fromEntries(
      [...this.#courses].map(
        ([
          name,
          {
            columns: [steps, values],
          },
        ]) => [name, { steps: steps!.map(Math.round), values: values!.map(short) }],
      ),
    );
  }
}

/** Few digits: all of it travels every second. */
function short(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(5)) : null;
}
