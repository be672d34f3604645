import type { ExportFormat } from '../contract/audio-format.ts';
import { deliveredMp4Frames, planMp3, planMp4 } from './delivery-plan.ts';
import type { PcmShape } from './encoder.ts';
import type { ExpectedFile } from './verify.ts';

/** What a copy of a master must hold, whichever encoder made it. */
export function expectedCopy(
  format: ExportFormat,
  master: PcmShape & { readonly frames: number },
  mp3BitRate?: number,
): ExpectedFile {
  const { frames, sampleRate, channels } = master;
  const seconds = frames / sampleRate;
  if (format === 'mp3') return { ...planMp3(master, mp3BitRate), format, seconds };
  if (format !== 'mp4') return { format, seconds, sampleRate, channels };
  const plan = planMp4(master);
  return { ...plan, format, seconds: deliveredMp4Frames(master, frames) / plan.sampleRate };
}
