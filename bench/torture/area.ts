import type { Random } from '../../src/common/random.js';

/** What must never happen, in the order in which the table counts it. */
export const FAULTS = ['crash', 'hang', 'silent loss', 'wrong bits', 'leftover'] as const;
export type FaultKind = (typeof FAULTS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** One line: what was seen, and where. */
  readonly text: string;
}

export interface CaseResult {
  /** The command or the mutation, so that a reader can do it again without the campaign. */
  readonly what: string;
  /** What foreframe did, in one line. */
  readonly outcome: string;
  /** `right`: what came is right; `refused`: one line that says why not; `skipped`: this machine cannot try it. */
  readonly good: 'right' | 'refused' | 'skipped';
  readonly faults: readonly Fault[];
}

export interface CaseContext {
  readonly number: number;
  /** The case's own numbers: the same for the same seed of the campaign, area and number. */
  readonly random: Random;
  /** An empty folder of the case's own. */
  readonly folder: string;
  /** What the cases of a campaign share: videos, a trained run, what undisturbed commands write. */
  readonly shared: string;
}

/** One kind of trouble. An area runs in a process of its own, case after case; a crash of that process costs one case. */
export interface Area {
  readonly name: string;
  /** Once in each process: make or find what the cases share. Gives a line when this machine cannot try the area. */
  prepare(shared: string): Promise<string | undefined>;
  run(context: CaseContext): Promise<CaseResult>;
}

/** Gathers what was seen while a case runs. */
export class Findings {
  readonly faults: Fault[] = [];

  add(kind: FaultKind, text: string): void {
    this.faults.push({ kind, text: oneLine(text) });
  }

  result(what: string, outcome: string, good: CaseResult['good'] = 'right'): CaseResult {
    return { what, outcome: oneLine(outcome), good, faults: this.faults };
  }
}

/** The start of a text, in one line. */
export function oneLine(text: string, most = 400): string {
  const flat = text.trim().replace(/\s*\n\s*/g, ' ⏎ ');
  return flat.length > most ? `${flat.slice(0, most)} … (${flat.length} characters)` : flat;
}
