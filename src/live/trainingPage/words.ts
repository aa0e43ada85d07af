import { hasEnded, type TrainingState } from '../training/trainingState.js';

/** 75 → "1 min 15 s". */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 172_800) return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
  return `${(s / 86_400).toFixed(1)} days`;
}

export const whole = (value: number) => value.toLocaleString('en-US');

export function figure(value: number | null | undefined): string {
  if (value === undefined || value === null) return '–';
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6))
    return String(Number(value.toPrecision(3)).toExponential());
  return String(Number(value.toPrecision(3)));
}

/** What is going on, in one sentence. */
export function phaseText(state: TrainingState): string {
  const { phase, asked, saved, step, resume } = state;
  const until = saved === undefined ? '' : ` Go on with: ${resume}`;
  if (phase === 'finished') return `The training has ended: all ${whole(step)} steps are done.`;
  if (phase === 'stopped')
    return `The training has ended: it was stopped at step ${whole(step)}, and saved.${until}`;
  if (phase === 'killed')
    return saved === undefined
      ? 'The training has ended before anything was saved: it failed or was killed.'
      : `The training has ended without saving its last ${whole(step - saved)} steps: it failed or was killed.${until}`;
  if (asked === 'stop') return 'Stopping: it saves and ends after this step.';
  if (asked === 'save') return 'Saving after this step …';
  if (phase === 'preparing') return 'The first step is being prepared.';
  if (phase === 'measuring') return 'All steps are done; the last weights are being measured.';
  return 'Training.';
}

export function leftText(state: TrainingState): string {
  const { phase, secondsLeft, seconds } = state;
  const taken = hasEnded(state) ? `It took ${duration(seconds)}` : `${duration(seconds)} so far`;
  if (phase !== 'training' || secondsLeft === undefined) return taken;
  const end = new Date(Date.now() + secondsLeft * 1000);
  const clock = end.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const day = secondsLeft > 72_000 ? `${end.toLocaleDateString([], { weekday: 'short' })} ` : '';
  return `${duration(secondsLeft)} left, until about ${day}${clock}`;
}

/** Whether it is getting better, in one sentence; empty before the second validation. */
export function trendText(state: TrainingState): string {
  const { best, curves, latest, predicts } = state;
  const steps = (
    curves.validation ?? Object.entries(curves).find(([name]) => name.startsWith('validation'))?.[1]
  )?.steps;
  if (!best || !steps || steps.length < 2) return '';
  const since = steps.filter((step) => step > best.step).length;
  const beside = predicts ? besideCopyLast(best.error, latest.validationCopyLast) : '';
  if (since === 0) {
    const better = hasEnded(state) ? 'The' : 'Getting better: the';
    return `${better} last validation was the best so far, ${figure(best.error)}${beside}.`;
  }
  const times = since === 1 ? 'the last validation was' : `the last ${since} validations were`;
  const now = latest.validation ? ` (now ${figure(latest.validation)})` : '';
  return `The best validation was ${figure(best.error)} at step ${whole(best.step)}${beside}; ${times} not better${now}.`;
}

/** A network that adds to the last frame begins as copy-last: that is no share of it that was learned. */
function besideCopyLast(error: number, copyLast: number | null | undefined): string {
  if (!copyLast) return '';
  const share = figure(error / copyLast);
  return share === '1' ? ', as good as copy-last' : `, ${share} of copy-last's error`;
}

const LABELS: Readonly<Record<string, string>> = {
  validation: 'prediction',
  validationCopyLast: 'copy-last',
  validationLinear: 'linear extrapolation',
  validationTask: 'Wrong answers, %',
  validationStudent: 'Network, % wrong',
  validationTeacher: 'Teacher, % wrong',
  loss: 'Loss',
  learningRate: 'Learning rate',
  gradientNorm: 'Gradient norm',
  framesPerSecond: 'Frames a second',
  imagesPerSecond: 'Images a second',
};

/** The name of a figure as people read it: `discriminatorLoss` → "Discriminator loss". */
export function labelOf(name: string): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return LABELS[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
