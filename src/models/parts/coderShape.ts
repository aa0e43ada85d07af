/** Size of the convolutions of an encoder and of the decoder that mirrors it. */
export interface CoderShape {
  /** Filters of the encoder's convolutions, outermost first. */
  readonly filters: readonly number[];
  /** Side of every convolution kernel, in pixels. */
  readonly kernel: number;
}

/** Key of `filters` in the configuration: networks that a method adds have names of their own. */
export function filtersSetting(name: string): string {
  const added = ['discriminator', 'generator'].find((each) => name.startsWith(each));
  return added ? `method.${added}.filters` : 'model.filters';
}
