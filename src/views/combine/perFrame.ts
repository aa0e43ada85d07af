import { frameBytes, sampleBytes, type View } from '../view.js';

/** The view of every frame for itself, with numbers of its own: a clip's frames, or patches, then differ. Rows are `[sample, frame]`. */
export function perFrame<D>(view: View<D>): View<D> {
  return {
    shape(input) {
      const output = view.shape({ ...input, frames: 1 });
      return { ...output, frames: input.frames * output.frames };
    },
    start(input, count, random) {
      const { frames } = input;
      const { drawn, draw } = view.start({ ...input, frames: 1 }, count * frames, random);
      return {
        drawn,
        draw(sample) {
          for (let frame = 0; frame < frames; frame++) draw(sample * frames + frame);
        },
      };
    },
    work(input, drawn) {
      const image = { ...input, frames: 1 };
      const work = view.work(image, drawn);
      const [read, written] = [frameBytes(image), sampleBytes(view.shape(image))];
      return (source, from, target, to, sample) => {
        for (let frame = 0; frame < input.frames; frame++)
          work(source, from + frame * read, target, to + frame * written, sample * input.frames + frame);
      };
    },
  };
}
