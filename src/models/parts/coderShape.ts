/** Size of the convolutions of an encoder and of the decoder that mirrors it. */
export interface CoderShape {
  /** Filters of the encoder's convolutions, outermost first. */
  readonly filters: readonly number[];
  /** Side of every convolution kernel, in pixels. */
  readonly kernel: number;
}

/** Key of `filters` in the configuration: the discriminator's parts have names of their own. */
export function filtersSetting(name: string): string {
  return name.startsWith('discriminator') ? 'method.discriminator.filters' : 'model.filters';
}
