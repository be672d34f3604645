import { randomUUID } from 'node:crypto';
import type { Catalog } from '../../src-main/catalog/catalog.ts';
import { sessionRecordSchema, type SessionRecord } from '../../src-main/contract/session-record.ts';
import type { TranscriptEntry } from '../../src-main/contract/transcript.ts';
import { seededRandom } from './seeded-random.ts';

const SYLLABLES = 'ba ko ti re mu san der al in por ven chi lo ga est un per tal mor fi'.split(' ');

/** Made-up words, the first of which are said as often more than the others as in any language (Zipf). */
export function createTalk(seed: number, vocabulary = 30_000) {
  const random = seededRandom(seed);
  const wordAt = (rank: number): string => {
    let word = '';
    for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
      word += SYLLABLES[rest % SYLLABLES.length] ?? '';
    return word;
  };
  const words = Array.from({ length: vocabulary }, (_, rank) => wordAt(rank));
  const harmonic = Math.log(vocabulary);
  const word = (): string => words[Math.floor(Math.exp(random() * harmonic)) - 1] ?? wordAt(0);
  return {
    wordAt,
    /** What one session holds: lines of 2 to 15 words, so many words in all. */
    *lines(count: number): Generator<string> {
      for (let left = count; left > 0;) {
        const length = Math.min(left, 2 + Math.floor(random() * 14));
        left -= length;
        yield Array.from({ length }, word).join(' ');
      }
    },
  };
}

/** A finished session without any audio. */
export function silentSession(
  id: string,
  startedAtMs: number,
  changes: Partial<SessionRecord> = {},
): SessionRecord {
  return {
    ...sessionRecordSchema.parse({
      id,
      title: id,
      notes: '',
      status: 'completed',
      started_at: new Date(startedAtMs).toISOString(),
      ended_at: null,
      format: 'wav',
      sample_rate: 16_000,
      channels: 1,
      encoding: 'pcm_s16le',
      tracks: ['user'],
      gain: 1,
      encoder: null,
      duration_seconds: 3600,
      parts: [],
      files: [],
      markers: [],
    }),
    ...changes,
  };
}

export function spokenLine(
  text: string,
  startMs: number,
  changes: Partial<TranscriptEntry> = {},
): TranscriptEntry {
  return {
    id: randomUUID(),
    turn_id: null,
    role: 'user',
    speaker: null,
    text,
    interrupted: false,
    occurred_at: new Date(startMs).toISOString(),
    start_ms: startMs,
    end_ms: startMs + 3000,
    words: null,
    source: 'recogniser',
    ...changes,
  };
}

/** Puts a session with this text into a catalog. */
export function saveTalk(catalog: Catalog, session: SessionRecord, lines: readonly string[]): void {
  catalog.save(session);
  catalog.saveTranscript(session.id, {
    revision: 1,
    speakers: {},
    entries: lines.map((text, index) => spokenLine(text, index * 3000)),
  });
}
