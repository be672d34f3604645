/** Text that came from elsewhere as one line that a terminal takes for nothing but text. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

/** Rows as columns that stand under each other, the last one as it comes. Wider cells than `maxWidth` stick out. */
export function columns(rows: readonly (readonly string[])[], maxWidth = 80): string {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.min(maxWidth, Math.max(...rows.map((row) => widthOf(row[index] ?? '')))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Columns that a terminal gives it: two for most East Asian signs, none for marks. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text.normalize('NFC'))
    if (!/\p{Mn}/u.test(character))
      width += /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{Emoji_Presentation}]/u.test(
        character,
      )
        ? 2
        : 1;
  return width;
}
