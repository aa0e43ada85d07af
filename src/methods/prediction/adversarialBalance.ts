import { required } from '../../common/required.js';

/** The figures of one step of training against a discriminator. */
export interface AdversarialFigures {
  /** The squared error's part of the loss. */
  readonly mse: number;
  /** The adversarial part, before λ: mean −log D(generated is real). */
  readonly adversarial: number;
  /** Mean cross-entropy; log 2 for a discriminator that guesses. */
  readonly discriminatorLoss: number;
  /** Share of real and generated frames taken for what they are. */
  readonly discriminatorAccuracy: number;
}

/** One of the two networks has won, so that neither learns from the other any more. */
export interface OneSided {
  readonly winner: 'discriminator' | 'generator';
  /** The discriminator's, mean over the last steps. */
  readonly accuracy: number;
  /** One line: what happened and what to change. */
  readonly advice: string;
}

/** The figures among the numbers that a step gives. */
export function adversarialFigures(numbers: Readonly<Record<string, number>>): AdversarialFigures {
  const figure = (name: keyof AdversarialFigures) => required(numbers, name);
  return {
    mse: figure('mse'),
    adversarial: figure('adversarial'),
    discriminatorLoss: figure('discriminatorLoss'),
    discriminatorAccuracy: figure('discriminatorAccuracy'),
  };
}

/** Steps over which the accuracy is averaged. */
const WINDOW = 200;
/** In so many windows at the start, a discriminator that still guesses is not reported. */
const PATIENCE = 5;
/** From this accuracy on it is always right; up to the other one it guesses. */
const ALWAYS_RIGHT = 0.98;
const GUESSING = 0.52;

/** Watches whether one of the two networks has won, and reports it once for each side. */
export class AdversarialBalance {
  readonly #reported = new Set<OneSided['winner']>();
  #sum = 0;
  #steps = 0;

  /** Take one step's accuracy; answers at the end of a window in which a side had won for the first time. */
  add(accuracy: number): OneSided | undefined {
    this.#sum += accuracy;
    this.#steps++;
    if (this.#steps % WINDOW !== 0) return undefined;
    const mean = this.#sum / WINDOW;
    this.#sum = 0;
    const winner = this.#winner(mean);
    if (!winner || this.#reported.has(winner)) return undefined;
    this.#reported.add(winner);
    return { winner, accuracy: mean, advice: advice(winner, mean) };
  }

  #winner(mean: number): OneSided['winner'] | undefined {
    if (mean >= ALWAYS_RIGHT) return 'discriminator';
    if (mean <= GUESSING && this.#steps >= PATIENCE * WINDOW) return 'generator';
    return undefined;
  }
}

function advice(winner: OneSided['winner'], accuracy: number): string {
  const share = `${(accuracy * 100).toFixed(0)} % of the last ${WINDOW} steps' frames`;
  return winner === 'discriminator'
    ? `the discriminator has won: it recognised ${share}, and the generator learns little from it; lower ` +
        'method.discriminator.learningRate, or raise method.lambda'
    : `the generator has won: the discriminator recognised only ${share}, which is guessing; raise ` +
        'method.discriminator.learningRate (or its units and filters), or lower method.lambda';
}
