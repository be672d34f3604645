/** Makes foreign text one line without anything that a terminal would interpret. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

/** Aligns rows in columns, except the last one. Cells wider than `maxWidth` stick out. */
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

/** The columns that it takes on a terminal: two for most East Asian signs, none for marks. */
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
