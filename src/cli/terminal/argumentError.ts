/**
 * What commander says of arguments that are wrong, in one line that says what to do.
 * @param text such as `error: unknown option '--stepps'\n(Did you mean --steps?)`
 * @param command whose help tells more, such as `foreframe evaluate`
 */
export function argumentErrorText(text: string, command: string): string {
  const said = text.trim().replace(/^error: /, '');
  const guess = /\n\((?:Did you mean )(.*)\?\)$/s.exec(said)?.[1];
  const first = said.split('\n')[0]!.replace(/\.$/, '');
  if (guess !== undefined) return `foreframe: ${first}: did you mean ${guess.replaceAll('\n', ' ')}?`;
  const known = inOurWords(first);
  return `foreframe: ${known ?? `${first}: see \`${command} --help\``}`;
}

/** Of what is said most often; undefined for anything else. */
function inOurWords(text: string): string | undefined {
  const invalid = /^option '.*?(--[\w-]+)[^']*' argument '(.*)' is invalid\. (.*)$/s.exec(text);
  if (invalid) {
    const [, option, value, reason = ''] = invalid;
    const choices = /^Allowed choices are (.*)$/.exec(reason)?.[1];
    return `${option} ${value}: ${choices === undefined ? `give ${reason}` : `Allowed choices are ${choices}`}`;
  }
  const missing = /^option '.*?(--[\w-]+)\s?([^']*)' argument missing$/.exec(text);
  if (missing) return `${missing[1]} stands alone: write ${missing[1]} ${missing[2]}`;
  const required = /^required option '(?:-\w, )?([^']+)' not specified$/.exec(text);
  if (required) return `give ${required[1]}`;
  return undefined;
}
