/** All that a report page shows; the page is made of nothing else. Every string is plain text. */
export interface ReportData {
  readonly title: string;
  readonly subtitle: string;
  /** What a person should take away, one sentence each. */
  readonly summary: readonly string[];
  readonly tables: readonly Table[];
  readonly curves: readonly CurvePlot[];
  readonly pictures: readonly Picture[];
  readonly videos?: readonly Video[];
  /** The resolved configuration, as YAML. */
  readonly settings: string;
  /** Versions, device, threads: name and value. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Rows of text and numbers; a column with a number in it is set to the right. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly note?: string;
  /** Columns whose best number is set in bold. */
  readonly best?: readonly BestRule[];
}

/** In column `column` (from 0), the lowest or the highest number is the best. */
export interface BestRule {
  readonly column: number;
  readonly is: 'lowest' | 'highest';
}

/** Several curves over one pair of axes. */
export interface CurvePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** A logarithmic y axis: for losses that fall by powers of ten. */
  readonly logY?: boolean;
  /** What stands below. */
  readonly caption?: string;
  readonly series: readonly Series[];
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Ends of an interval about `y`, drawn as a thin upright line. */
  readonly low?: number;
  readonly high?: number;
}

export interface Picture {
  readonly title: string;
  readonly caption: string;
  /** A PNG file's bytes, put into the page. */
  readonly png: Uint8Array;
}

/** A video beside the page (`file`, a path relative to it) or inside it (`mp4`, the file's bytes). */
export type Video = { readonly title: string; readonly caption: string } & (
  | { readonly file: string }
  | { readonly mp4: Uint8Array }
);
