export { COMPONENTS, type Faces, type Identity, openFaces } from './openFaces.js';
export type { PictureSize } from './renderHead.js';
export { rotatingFacesDataset, rotatingFacesStaticDataset } from './rotatingFacesDataset.js';
