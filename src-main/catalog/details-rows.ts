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

/** Indexes the words that describe a session. */
export function prepareDetails(database: Database.Database) {
  const read = database.prepare(
    'SELECT kind, part, frame, text FROM session_details WHERE session_id = ? AND kind = ? ORDER BY row',
  );
  const drop = database.prepare('DELETE FROM session_details WHERE session_id = ? AND kind = ?');
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
  const isWritten = (sessionId: string, kind: Detail['kind'], wanted: readonly Detail[]): boolean => {
    const written = z.array(detailSchema).parse(read.all(sessionId, kind));
    return JSON.stringify(written) === JSON.stringify(wanted);
  };
  return {
    /** Adds one marker to the index. Call it in the transaction that adds the marker to the session. */
    addMarker(sessionId: string, { part, frame, label }: Marker): void {
      if (label !== '') put(sessionId, { kind: 'marker', part, frame, text: label });
    },
    /**
     * Call it in the transaction that saves the session.
     * @param known the catalog's version, where it is known: then what is the same costs nothing.
     */
    save(session: SessionRecord, known: SessionRecord | undefined): void {
      for (const { kind, field } of KINDS) {
        if (known?.[field] === session[field]) continue;
        const wanted = detailsOf(session, kind);
        if (known === undefined && isWritten(session.id, kind, wanted)) continue;
        drop.run(session.id, kind);
        for (const detail of wanted) put(session.id, detail);
      }
    },
  };
}

/** The searchable kinds of text of a session, and the field of its record for each. */
const KINDS = [
  { kind: 'title', field: 'title' },
  { kind: 'notes', field: 'notes' },
  { kind: 'marker', field: 'markers' },
] as const;

function detailsOf(session: SessionRecord, kind: Detail['kind']): Detail[] {
  const details: Detail[] =
    kind === 'marker'
      ? session.markers.map(({ part, frame, label }) => ({ kind, part, frame, text: label }))
      : [{ kind, part: null, frame: null, text: session[kind] }];
  return details.filter(({ text }) => text !== '');
}
