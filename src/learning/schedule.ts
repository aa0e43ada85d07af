import type { ScheduleConfig } from '../config/experimentConfig.js';

/** Learning rate as a share of its setting, at `progress` (0 at the start of training, 1 at its end). */
export function scheduleFactor(schedule: ScheduleConfig, progress: number): number {
  const p = Math.min(Math.max(progress, 0), 1);
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'exponential':
      return schedule.final ** p;
    case 'cosine': {
      if (p < schedule.warmup) return p / schedule.warmup;
      const q = (p - schedule.warmup) / (1 - schedule.warmup || 1);
      return schedule.final + (1 - schedule.final) * 0.5 * (1 + Math.cos(Math.PI * q));
    }
  }
}
