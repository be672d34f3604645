import type { ApiHandlers } from '../../contract/api.ts';
import { intakeFilePath } from '../../contract/intake.ts';
import type { AudioDecoder } from '../../encode/ffmpeg/audio-decoder.ts';
import { statBytes } from '../../files/stat-bytes.ts';
import type { SessionFiles } from '../session-files.ts';
import { examineFile, readSound, requireAddable, type ExaminingTools } from './examine-file.ts';
import { importSession, type ImportOptions } from './import-session.ts';
import type { Intake } from './intake.ts';
import { mendedName, mendFile, soundPathOf } from './mend-file.ts';

export interface IntakeHandlerOptions extends ImportOptions, ExaminingTools {
  readonly intake: Intake;
  readonly decoder: AudioDecoder;
  readonly files: Pick<SessionFiles, 'present'>;
}

type IntakeName = Extract<keyof ApiHandlers, `intake.${string}`>;

/** Answers what is asked of files from outside. */
export function createIntakeHandlers(options: IntakeHandlerOptions): Pick<ApiHandlers, IntakeName> {
  const { intake, decoder } = options;
  return {
    'intake.begin': async ({ name, byte_size: byteSize, modified_ms: modifiedMs }) => {
      const file = await intake.begin(name, byteSize, modifiedMs);
      return { id: file.id, name: file.name.shown };
    },
    'intake.progress': ({ id }) => {
      const { stage, receivedBytes, fraction } = intake.find(id);
      return { stage, received_bytes: receivedBytes, fraction };
    },
    'intake.examine': ({ id, sample_rate: sampleRate, channels }) =>
      intake.work(id, 'examining', (file, { signal }) => {
        const hints = {
          ...(sampleRate === undefined ? {} : { sampleRate }),
          ...(channels === undefined ? {} : { channels }),
        };
        return examineFile(file, hints, options, signal);
      }),
    'intake.mend': ({ id }) =>
      intake.work(id, 'mending', async (file, control) => {
        const path = await mendFile(file, options, control);
        const { sound } = await readSound(path, decoder, control.signal);
        return {
          name: mendedName(file, path),
          url: intakeFilePath(id),
          byte_size: await statBytes(path),
          sound,
        };
      }),
    'intake.add': async ({ id, title }) => {
      const session = await intake.work(id, 'adding', async (file, control) => {
        if (file.examined === undefined) await examineFile(file, {}, options, control.signal);
        const examination = file.examined?.examination;
        if (examination !== undefined) requireAddable(examination);
        return importSession(
          {
            soundPath: await soundPathOf(file, options, control),
            originalPath: file.originalPath,
            modifiedMs: file.modifiedMs,
            name: file.name.shown,
            title: title ?? file.name.stem,
            faults: (examination?.faults ?? []).map(({ code }) => code),
          },
          options,
          control,
        );
      });
      await intake.discard(id);
      return options.files.present(session);
    },
    'intake.discard': async ({ id }) => {
      await intake.discard(id);
      return { id };
    },
  };
}
