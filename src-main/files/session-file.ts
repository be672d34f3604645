import { join } from 'node:path';
import { sessionFileSchema, type SessionRecord } from '../contract/session-record.ts';
import { transcriptFileSchema, type Transcript } from '../contract/transcript.ts';
import { readJsonFile, readJsonFileSync, writeJsonFile } from './json-file.ts';

/** The description beside a session's audio, by which the folder is readable without the catalog. */
export const SESSION_FILE_NAME = 'session.json';
/** The text beside it. Apart from the description, which is written far more often while recording. */
const TRANSCRIPT_FILE_NAME = 'transcript.json';

export function writeSessionFile(folder: string, session: SessionRecord): Promise<void> {
  return writeJsonFile(join(folder, SESSION_FILE_NAME), { version: 1, session });
}

/** The session described in `folder`, or undefined where there is none that can be read. */
export async function readSessionFile(folder: string): Promise<SessionRecord | undefined> {
  return (await readJsonFile(join(folder, SESSION_FILE_NAME), sessionFileSchema))?.session;
}

/** The same for a caller that cannot wait. */
export function readSessionFileSync(folder: string): SessionRecord | undefined {
  return readJsonFileSync(join(folder, SESSION_FILE_NAME), sessionFileSchema)?.session;
}

export function writeTranscriptFile(folder: string, transcript: Transcript): Promise<void> {
  return writeJsonFile(join(folder, TRANSCRIPT_FILE_NAME), { version: 1, transcript });
}

/** The text kept in `folder`, or undefined where there is none that can be read. */
export async function readTranscriptFile(folder: string): Promise<Transcript | undefined> {
  return (await readJsonFile(join(folder, TRANSCRIPT_FILE_NAME), transcriptFileSchema))?.transcript;
}

/** The same for a caller that cannot wait. */
export function readTranscriptFileSync(folder: string): Transcript | undefined {
  return readJsonFileSync(join(folder, TRANSCRIPT_FILE_NAME), transcriptFileSchema)?.transcript;
}
