import { type CaseResult, FAULTS, type FaultKind } from './area.js';

/** One line of the campaign's log. */
export interface CaseRecord {
  readonly area: string;
  readonly case: number;
  readonly seed: number;
  readonly what: string;
  readonly outcome: string;
  readonly verdict: CaseResult['good'] | FaultKind;
  readonly faults: readonly string[];
  readonly seconds: number;
}

export interface AreaCounts {
  cases: number;
  refused: number;
  right: number;
  skipped: number;
  faults: Record<FaultKind, number>;
}

/** Counts cases as they end. A case with faults of two kinds counts in both. */
export class Reporter {
  readonly counts = new Map<string, AreaCounts>();
  /** Why cases were skipped, by area. */
  readonly skipped = new Map<string, Set<string>>();

  add(area: string, number: number, seed: number, result: CaseResult, seconds: number): CaseRecord {
    const { what, outcome, good, faults } = result;
    const counts = this.#countsOf(area);
    counts.cases++;
    if (faults.length === 0) counts[good]++;
    for (const kind of new Set(faults.map((fault) => fault.kind))) counts.faults[kind]++;
    if (good === 'skipped' && faults.length === 0)
      this.skipped.set(area, (this.skipped.get(area) ?? new Set()).add(outcome));
    return {
      area,
      case: number,
      seed,
      what,
      outcome,
      verdict: worst(faults.map((fault) => fault.kind)) ?? good,
      faults: faults.map(({ kind, text }) => `${kind}: ${text}`),
      seconds: Number(seconds.toFixed(2)),
    };
  }

  /** Cases with anything that must not happen. */
  get bad(): number {
    const all = [...this.counts.values()].flatMap(({ faults }) => Object.values(faults));
    return all.reduce((sum, count) => sum + count, 0);
  }

  /** Heads and cells of the table, with a last row that adds up. */
  table(): { heads: string[]; rows: string[][] } {
    const heads = [
      'area',
      'cases',
      'refused',
      'right',
      'skipped',
      'crashes',
      'hangs',
      'silent losses',
      'wrong bits',
      'leftovers',
    ];
    const cells = ({ cases, refused, right, skipped, faults }: AreaCounts) => [
      cases,
      refused,
      right,
      skipped,
      ...FAULTS.map((kind) => faults[kind]),
    ];
    const rows = [...this.counts].map(([area, counts]) => ({ area, cells: cells(counts) }));
    const sums = heads.slice(1).map((_, column) => rows.reduce((sum, row) => sum + row.cells[column]!, 0));
    return {
      heads,
      rows: [...rows, { area: 'all', cells: sums }].map((row) => [row.area, ...row.cells.map(String)]),
    };
  }

  #countsOf(area: string): AreaCounts {
    let counts = this.counts.get(area);
    if (!counts) {
      const faults = Object.fromEntries(FAULTS.map((kind) => [kind, 0])) as Record<FaultKind, number>;
      counts = { cases: 0, refused: 0, right: 0, skipped: 0, faults };
      this.counts.set(area, counts);
    }
    return counts;
  }
}

function worst(kinds: readonly FaultKind[]): FaultKind | undefined {
  return FAULTS.find((kind) => kinds.includes(kind));
}
