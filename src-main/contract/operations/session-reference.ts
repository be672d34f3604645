import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import { MAX_TITLE_CHARACTERS } from '../limits.ts';
import { sessionIdSchema } from '../session-id.ts';

/** Names the session that an operation is about. */
export const sessionReference = z.strictObject({ id: sessionIdSchema });

export const titleSchema = z.string().trim().min(1).max(MAX_TITLE_CHARACTERS);

/** Looking a session up. */
export const LOOKUP_ERRORS: readonly ErrorCode[] = ['SESSION_NOT_FOUND', 'CATALOG_UNAVAILABLE'];
/** Looking up a session that nobody may be recording or checking. */
export const FINISHED_ERRORS: readonly ErrorCode[] = [...LOOKUP_ERRORS, 'SESSION_ACTIVE', 'SESSION_BUSY'];
/** Writing a file. */
export const WRITE_ERRORS: readonly ErrorCode[] = ['DISK_FULL', 'WRITE_FAILED'];
/** Reading a session's own audio. */
export const READ_ERRORS: readonly ErrorCode[] = ['FILE_MISSING', 'FILE_NOT_REGULAR', 'FILE_UNREADABLE'];
