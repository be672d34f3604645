/** The values for `{name}` in a command's arguments; null where there is none. */
export type Placeholders = Readonly<Record<'audio' | 'output' | 'language' | 'model', string | null>>;

const PLACEHOLDER = /\{(audio|output|language|model)\}/g;

/**
 * The arguments with their placeholders filled. An argument without a value is dropped together with the option before
 * it: without a language, `-l {language}` is dropped completely.
 */
export function fillArguments(args: readonly string[], values: Placeholders): string[] {
  const filled: string[] = [];
  for (const arg of args) {
    const names = [...arg.matchAll(PLACEHOLDER)].map(([, name]) => name);
    if (names.some((name) => valueOf(values, name) === null)) {
      const isBare = names.length === 1 && arg === `{${names[0] ?? ''}}`;
      if (isBare && /^-/.test(filled.at(-1) ?? '')) filled.pop();
      continue;
    }
    // A function, so that `$&` in a path has no special meaning.
    filled.push(arg.replace(PLACEHOLDER, (_, name: string) => valueOf(values, name) ?? ''));
  }
  return filled;
}

function valueOf(values: Placeholders, name: string | undefined): string | null {
  switch (name) {
    case 'audio':
    case 'output':
    case 'language':
    case 'model':
      return values[name];
    default:
      return null;
  }
}
