import type { OpenSubject } from './subject.ts';

/** Loads only the side that is measured: the others would count in its memory. */
export const openSubject: OpenSubject = async (scenario, folder) => {
  const mp4 = scenario.format === 'mp4';
  if (scenario.side === 'engine') return (await import('./lectern.ts')).openLectern(scenario, folder);
  if (scenario.side === 'seed') return (await import('./seed-design.ts')).openSeedDesign(scenario, folder);
  if (mp4) return (await import('./bare-ffmpeg.ts')).openBareFfmpeg(scenario, folder);
  return (await import('./bare-append.ts')).openBareAppend(scenario, folder);
};
