import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { Marker, SessionRecord } from '../contract/session-record.ts';

const detailSchema = z.object({
  kind: z.enum(['title', 'notes', 'marker']),
  part: z.number().nullable(),
  frame: z.number().nullable(),
  text: z.string(),
});
type Detail = z.infer<typeof detailSchema>;

/** Keeps what describes a session where its words can be found. */
export function prepareDetails(database: Database.Database) {
  const read = database.prepare(
    'SELECT kind, part, frame, text FROM session_details WHERE session_id = ? ORDER BY row',
  );
  const drop = database.prepare('DELETE FROM session_details WHERE session_id = ?');
  const add = database.prepare(
    `INSERT INTO session_details (session_id, kind, part, frame, text)
       VALUES (@session_id, @kind, @part, @frame, @text) RETURNING row`,
  );
  const index = database.prepare(
    'INSERT INTO details_index (rowid, words, pairs) VALUES (@row, search_words(@text), search_pairs(@text))',
  );
  const put = (sessionId: string, detail: Detail): void => {
    const row = add.pluck().get({ session_id: sessionId, ...detail });
    index.run({ row, text: detail.text });
  };
  return {
    /** Adds one marker to what is there. To be called in the transaction that adds it to the session. */
    addMarker(sessionId: string, { part, frame, label }: Marker): void {
      if (label !== '') put(sessionId, { kind: 'marker', part, frame, text: label });
    },
    /** To be called in the transaction that saves the session: often, so it writes only what has changed. */
    save(session: SessionRecord): void {
      const known = z.array(detailSchema).parse(read.all(session.id));
      const wanted = detailsOf(session);
      if (JSON.stringify(known) === JSON.stringify(wanted)) return;
      drop.run(session.id);
      for (const detail of wanted) put(session.id, detail);
    },
  };
}

function detailsOf({ title, notes, markers }: SessionRecord): Detail[] {
  const details: Detail[] = [
    { kind: 'title', part: null, frame: null, text: title },
    { kind: 'notes', part: null, frame: null, text: notes },
    ...markers.map(({ part, frame, label }): Detail => ({ kind: 'marker', part, frame, text: label })),
  ];
  return details.filter(({ text }) => text !== '');
}
