import { copying, type DrawnOf, type SampleShape, sampleBytes, type View } from '../view.js';

type Drawns<V extends readonly View[]> = { -readonly [K in keyof V]: DrawnOf<V[K]> };

/** One view after the other; draws their numbers sample by sample, in that order. Without any view, a copy. */
export function compose<const V extends readonly View[]>(...views: V): View<Drawns<V>> {
  const between: Uint8Array[] = [];
  return {
    shape: (input) => views.reduce<SampleShape>((shape, view) => view.shape(shape), input),
    start(input, count, random) {
      const shapes = shapesBefore(views, input);
      const drawings = views.map((view, i) => view.start(shapes[i]!, count, random));
      return {
        drawn: drawings.map(({ drawn }) => drawn) as Drawns<V>,
        draw(sample) {
          for (const drawing of drawings) drawing.draw(sample);
        },
      };
    },
    work(input, drawn) {
      if (views.length === 0) return copying(input);
      const shapes = shapesBefore(views, input);
      const works = views.map((view, i) => view.work(shapes[i]!, drawn[i]));
      const last = works.length - 1;
      // Between two views lies one sample, in a buffer that is kept for the next batch.
      for (let i = 0; i < last; i++) {
        const bytes = sampleBytes(shapes[i + 1]!);
        if ((between[i]?.length ?? 0) < bytes) between[i] = new Uint8Array(bytes);
      }
      return (source, from, target, to, sample) => {
        for (let i = 0; i <= last; i++)
          works[i]!(
            i === 0 ? source : between[i - 1]!,
            i === 0 ? from : 0,
            i === last ? target : between[i]!,
            i === last ? to : 0,
            sample,
          );
      };
    },
  };
}

function shapesBefore(views: readonly View[], input: SampleShape): SampleShape[] {
  const shapes = [input];
  for (const view of views) shapes.push(view.shape(shapes.at(-1)!));
  return shapes;
}
