/** What one step of training against a discriminator says of itself. */
export interface AdversarialFigures {
  /** The squared error's part of the loss. */
  readonly mse: number;
  /** The adversarial part, before λ: mean −log D(generated is real). */
  readonly adversarial: number;
  /** Mean cross-entropy; log 2 for a discriminator that cannot tell. */
  readonly discriminatorLoss: number;
  /** Share of real and generated frames taken for what they are. */
  readonly discriminatorAccuracy: number;
}

/** One of the two networks has won, so that neither learns from the other any more. */
export interface OneSided {
  readonly winner: 'discriminator' | 'generator';
  /** The discriminator's, mean over the last steps. */
  readonly accuracy: number;
  /** One line for a person: what happened and what to change. */
  readonly advice: string;
}

/** The figures among the numbers that a step gives. */
export function adversarialFigures(numbers: Record<string, number>): AdversarialFigures {
  const { mse, adversarial, discriminatorLoss, discriminatorAccuracy } = numbers;
  return {
    mse: mse!,
    adversarial: adversarial!,
    discriminatorLoss: discriminatorLoss!,
    discriminatorAccuracy: discriminatorAccuracy!,
  };
}

/** Steps over which the accuracy is averaged. */
const WINDOW = 200;
/** Windows at the start in which a discriminator that cannot tell yet is nothing to report. */
const PATIENCE = 5;
/** Always right from here on, and guessing up to here. */
const ALWAYS_RIGHT = 0.98;
const GUESSING = 0.52;

/** Watches whether the two networks keep each other busy; says once for each side when that side has won. */
export class AdversarialBalance {
  readonly #told = new Set<OneSided['winner']>();
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
    if (!winner || this.#told.has(winner)) return undefined;
    this.#told.add(winner);
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
    ? `the discriminator has won: it was right about ${share}, and the generator learns little from it; lower ` +
        'training.adversarial.discriminator.learningRate, or raise training.adversarial.lambda'
    : `the generator has won: the discriminator was right about only ${share}, which is guessing; raise ` +
        'training.adversarial.discriminator.learningRate (or its units and filters), or lower training.adversarial.lambda';
}
