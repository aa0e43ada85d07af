/** Everything that a report page shows. Every string is plain text. */
export interface ReportData {
  readonly title: string;
  readonly subtitle: string;
  /** At the top of the page: what the model predicts, as an animation. */
  readonly moving?: ReportImage;
  /** What a person should take away, one sentence each. */
  readonly summary: readonly string[];
  /** What the summary is based on, in small print below it. */
  readonly facts?: readonly string[];
  /** Those with nothing in them are left out. */
  readonly parts: readonly ReportPart[];
  /** The resolved configuration, as YAML. */
  readonly settings: string;
  /** Versions, device, threads: name and value. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The contents of one heading, in this order. */
export interface ReportPart {
  readonly title: string;
  readonly tables?: readonly Table[];
  readonly curves?: readonly CurvePlot[];
  readonly histograms?: readonly HistogramPlot[];
  readonly images?: readonly ReportImage[];
  readonly videos?: readonly Video[];
  /** What is missing, and why. */
  readonly notes?: readonly string[];
}

/** A number, and its standard deviation where it has one. */
export interface Score {
  readonly value: number;
  readonly deviation?: number;
}

export type Cell = string | number | Score;

/** Rows of text and numbers; a column that holds a number is aligned to the right. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly note?: string;
  /** Whether numbers of one kind, which get the same digits, are below each other (the default) or in a row. */
  readonly alike?: 'columns' | 'rows';
  /** Columns, or rows where `alike` says so, whose best number is set in bold. */
  readonly best?: readonly BestRule[];
}

/** In the column (or row) `at`, from 0, the lowest or the highest number is the best. */
export interface BestRule {
  readonly at: number;
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
  /** The values before smoothing, drawn pale behind `points`. */
  readonly raw?: readonly Point[];
  /** Number of its colour, from 0: a predictor has the same one in every plot of a page. By default its place among the series. */
  readonly colour?: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Ends of an interval about `y`, drawn as a thin upright line. */
  readonly low?: number;
  readonly high?: number;
}

/** How some groups of numbers spread over one axis. */
export interface HistogramPlot {
  readonly title: string;
  readonly xLabel: string;
  /** What stands below. */
  readonly caption?: string;
  readonly series: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
}

export interface ReportImage {
  readonly title: string;
  readonly caption: string;
  /** A PNG or WebP file's bytes, put into the page; WebP may move. */
  readonly image: Uint8Array;
  /** The same for a narrow screen, with fewer columns. */
  readonly narrow?: Uint8Array;
  /** Of errors in it: the share of the pixel range that has the brightest colour. The page shows the scale. */
  readonly fullError?: number;
}

/** A video beside the page (`file`, a path relative to it) or inside it (`mp4`, the file's bytes). */
export type Video = { readonly title: string; readonly caption: string } & (
  | { readonly file: string }
  | { readonly mp4: Uint8Array }
);
