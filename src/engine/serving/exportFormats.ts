/** What a model can be written as: TensorFlow's own format, or that of most other runtimes. */
export const EXPORT_FORMATS = ['savedmodel', 'onnx'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
