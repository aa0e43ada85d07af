import { modelEntry } from '../modelEntry.js';
import { nrmEncoder } from '../nrm/nrmEncoder.js';
import { dynamicNrm } from './dynamicNrm.js';
import { dynamicNrmConfig, predictingDynamicNrmConfig } from './dynamicNrmConfig.js';
import { dynamicNrmModel } from './dynamicNrmModel.js';

/** Its encoder reads each image as a first frame. */
export const dynamicNrmEntry = modelEntry({
  summary: 'neural rendering model over time: switches with a memory, templates that move',
  source: "foreframe's own, named as future work in arXiv 1811.02657",
  schema: dynamicNrmConfig,
  predictingSchema: predictingDynamicNrmConfig,
  offers: ['encoder', 'next-frame', 'classes', 'rendering', 'memory'],
  create(config, frame) {
    const dynamicRenderer = dynamicNrm(config, frame);
    const { still } = dynamicRenderer;
    return {
      name: config.name,
      image: frame,
      statistics: still.statistics,
      parameters: dynamicRenderer.parameters,
      encoder: nrmEncoder(still, config.name),
      predictor: dynamicNrmModel(config, frame),
      dynamicRenderer,
      classes: config.classes,
    };
  },
});
