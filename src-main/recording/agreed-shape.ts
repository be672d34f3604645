import type { WavShape } from '../files/master-header.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import type { ExaminedMaster } from './examined-master.ts';

/** The shape that recovery uses for a part's masters. Only for parts whose headers contradict each other. */
export type AgreedShapes = ReadonlyMap<number, WavShape>;

/**
 * All masters of a part have the same rate and number of channels. Where no description exists and one header
 * differs, the shape that most files of the session name is used. Where two are named equally often, the one that
 * fits the part's time is used: from its name to the earliest last change of its files.
 */
export function agreedShapes(examined: readonly ExaminedMaster[]): AgreedShapes {
  const agreed = new Map<number, WavShape>();
  const telling = examined.filter(({ holds, isSuperseded }) => !isSuperseded && holds.kind === 'sound');
  for (const part of new Set(telling.map((one) => one.part))) {
    const ofPart = telling.filter((one) => one.part === part && one.holds.frames > 0);
    const said = new Map(
      ofPart.flatMap(({ holds }) => (holds.shape ? [[nameOf(holds.shape), holds.shape]] : [])),
    );
    if (said.size < 2) continue;
    const votes = (shape: WavShape): number =>
      telling.filter(({ holds }) => holds.shape !== undefined && nameOf(holds.shape) === nameOf(shape))
        .length;
    const seconds = secondsOf(ofPart);
    const offBy = ({ sampleRate, channels }: WavShape): number =>
      Math.abs(Math.max(...ofPart.map(audioBytes)) / (2 * channels * sampleRate) - seconds);
    const [best] = [...said.values()].toSorted(
      (one, other) => votes(other) - votes(one) || offBy(one) - offBy(other),
    );
    if (best !== undefined) agreed.set(part, best);
  }
  return agreed;
}

function nameOf({ sampleRate, channels }: WavShape): string {
  return `${channels} x ${sampleRate}`;
}

function audioBytes({ holds }: ExaminedMaster): number {
  return Math.max(0, holds.size - holds.dataOffset);
}

/** Seconds from the beginning in the name to the earliest last change. Damage may have come later. */
function secondsOf(masters: readonly ExaminedMaster[]): number {
  const taken = Math.min(...masters.map(({ finalName }) => parsePartFileName(finalName)?.unixSeconds ?? 0));
  return Math.min(...masters.map(({ lastWrittenMs }) => lastWrittenMs)) / 1000 - taken;
}
