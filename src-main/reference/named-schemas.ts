import type { z } from 'zod';
import { appInfoSchema, encoderInfoSchema } from '../contract/app-info.ts';
import { audioSegmentSchema } from '../contract/audio-segment.ts';
import { captureReportSchema } from '../contract/capture-report.ts';
import { errorCodeSchema, wireErrorSchema } from '../contract/errors.ts';
import { examinationSchema, intakeProgressSchema, mendedFileSchema } from '../contract/intake.ts';
import {
  diarizerSettingsSchema,
  jobSchema,
  recogniserSettingsSchema,
  recogniserTrialSchema,
} from '../contract/processing.ts';
import { recordingProfileSchema } from '../contract/recording-profile.ts';
import { fileCheckSchema } from '../contract/repair.ts';
import { searchHitSchema, searchResultSchema } from '../contract/search.ts';
import { fileEntrySchema } from '../contract/server-messages.ts';
import { markerSchema, recordingFileSchema, sessionRecordSchema } from '../contract/session-record.ts';
import { settingsSchema } from '../contract/settings.ts';
import { systemAudioStatusSchema } from '../contract/system-audio.ts';
import {
  conversationLineSchema,
  conversationSchema,
  conversationTurnSchema,
  exportedTranscriptSchema,
  importedTextSchema,
  transcriptEntrySchema,
} from '../contract/transcript.ts';

/** Schemas that are used more than once, or documented alone, by their names in the documents. */
export const namedSchemas: Readonly<Record<string, z.ZodType>> = {
  AppInfo: appInfoSchema,
  AudioSegment: audioSegmentSchema,
  CaptureReport: captureReportSchema,
  Conversation: conversationSchema,
  ConversationLine: conversationLineSchema,
  ConversationTurn: conversationTurnSchema,
  DiarizerSettings: diarizerSettingsSchema,
  EncoderInfo: encoderInfoSchema,
  Error: wireErrorSchema,
  ErrorCode: errorCodeSchema,
  Examination: examinationSchema,
  ExportedTranscript: exportedTranscriptSchema,
  FileCheck: fileCheckSchema,
  FileEntry: fileEntrySchema,
  ImportedText: importedTextSchema,
  IntakeProgress: intakeProgressSchema,
  Job: jobSchema,
  Marker: markerSchema,
  MendedFile: mendedFileSchema,
  RecogniserSettings: recogniserSettingsSchema,
  RecogniserTrial: recogniserTrialSchema,
  RecordingFile: recordingFileSchema,
  RecordingProfile: recordingProfileSchema,
  SearchHit: searchHitSchema,
  SearchResult: searchResultSchema,
  Session: sessionRecordSchema,
  Settings: settingsSchema,
  SystemAudioStatus: systemAudioStatusSchema,
  TranscriptEntry: transcriptEntrySchema,
};
