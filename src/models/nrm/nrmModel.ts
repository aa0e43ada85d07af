import { modelEntry } from '../modelEntry.js';
import { nrm } from './nrm.js';
import { nrmConfig } from './nrmConfig.js';
import { nrmEncoder } from './nrmEncoder.js';

export const nrmModel = modelEntry({
  summary: 'neural rendering model: a convolutional classifier and the renderer that it inverts',
  source: 'Ho, Nguyen, Patel, Anandkumar, Jordan & Baraniuk, arXiv 1811.02657',
  schema: nrmConfig,
  offers: ['encoder', 'classes', 'rendering'],
  create(config, frame) {
    const renderer = nrm(config, frame);
    return {
      name: config.name,
      image: frame,
      statistics: renderer.statistics,
      parameters: renderer.parameters,
      encoder: nrmEncoder(renderer),
      renderer,
      classes: config.classes,
    };
  },
});
