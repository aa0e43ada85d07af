/** What docs/methods.md says of a method. `methods` of src/methods holds as much. */
export interface MethodCard {
  readonly name: string;
  readonly about: string;
  /** Where it was published. */
  readonly source: string;
  readonly samples: string;
  /** Left out where it uses none. */
  readonly labels?: string;
  /** What the network has to offer: one of these. */
  readonly needs: readonly string[];
}

/** What docs/models.md says of a model. `models` of src/models holds as much. */
export interface ModelCard {
  readonly summary: string;
  readonly source: string;
  readonly offers: readonly string[];
}
