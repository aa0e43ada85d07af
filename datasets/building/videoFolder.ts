import type { DataCard } from '../dataset.js';

/** The user's own videos. They are no dataset of clips: a pipeline reads them through `data.videos`. */
export const videoFolderCard: DataCard = {
  name: 'video-folder',
  title: 'Your own videos',
  description:
    'Files, folders, patterns (clips/*.mp4, frame_%04d.png), addresses or cameras: name them after the pipeline, ' +
    'for example `foreframe train video my-videos/`, or in data.videos. They are read at data.width × data.height × data.color.',
  source: 'Yours',
  licence: 'Yours',
  splits:
    'By time (data.split.by: time): the first part of every file trains, the next validates, the last tests; ' +
    'files that go on where the last one ended (segments of a stream) are split as one recording. ' +
    'By file (data.split.by: file): whole files, three at least, shuffled by the seed. ' +
    'Where it is not set: by file if the parts of short videos hold no clip, else by time. Never by frame: neighbours look alike.',
  latentVariables: {},
};
