import type { ConversationRow } from '../support/conversation-rows.ts';
import type { Line } from '../support/sound/dialogue.ts';

/** The rows as a page of text. */
export function tableOf(rows: readonly ConversationRow[]): string {
  const cells = [
    ['role', 'text', 'interrupted', 'audio_url', 'ms', 'occurred_at'],
    ...rows.map(({ role, text, audio_interrupted, audio_url, duration_ms, occurred_at }) => [
      role,
      text,
      audio_interrupted === 1 ? 'interrupted' : '',
      audio_url ?? 'no audio',
      duration_ms?.toFixed(0) ?? '',
      occurred_at,
    ]),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Where rows do not read like the script; a line that was cut off may lack its end. */
export function differences(rows: readonly ConversationRow[], script: readonly Line[]): string[] {
  const different = script.flatMap((line, index) => {
    const row = rows[index];
    const interrupted = line.interrupted === true ? 1 : 0;
    const words = interrupted === 1 ? row?.text.split(' ').slice(0, -1).join(' ') : line.text;
    const isSaid =
      interrupted === 1
        ? line.text.startsWith(words ?? '?') && (words?.includes(' ') ?? false)
        : row?.text === line.text;
    const agrees =
      row?.role === line.role &&
      isSaid &&
      row.audio_interrupted === interrupted &&
      row.transcript_interrupted === interrupted &&
      row.audio_url !== null;
    if (agrees) return [];
    return [`line ${index + 1}: expected ${JSON.stringify(line)}, got ${JSON.stringify(row)}`];
  });
  if (rows.length > script.length) different.push(`expected ${script.length} lines, got ${rows.length}`);
  return different;
}
