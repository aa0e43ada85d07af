/** One line: what is lost without native TensorFlow and how to get it. */
export function noNativeWarning(reason: string): string {
  return `warning: no native TensorFlow (${reason}); using WebAssembly, many times slower. \`foreframe setup\` installs it, \`foreframe doctor\` says what is missing.`;
}
