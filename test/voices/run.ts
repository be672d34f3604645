import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine.ts';
import { installRequirements } from '../setup/install.ts';
import { hashSources } from '../support/measured/hash-sources.ts';
import { measuredCells, readMeasuredRows, reportStale } from '../support/measured/measured-rows.ts';
import { levelled } from '../support/sound/noise.ts';
import { layOut, SPEECH_DECIBELS } from './conversation.ts';
import { CORPORA, filesOf, MUSIC, VOICE_REQUIREMENTS } from './packages.ts';
import { crowd, fallingNoise, placesWith, alone } from './places.ts';
import { decode, RATE, recordingsOf } from './recordings.ts';
import { compare } from './score.ts';
import { falseAlarmsTable, voicesTable, type Row } from './table.ts';

const USAGE = `Usage: npm run voices -- [--each N | --stale]
  --each   at most so many recordings of each kind (12)
  --stale  measures nothing: says whether RESULTS.md is older than the code it measured; exit code 1 where it is`;
const { values } = parseArgs({
  options: {
    each: { type: 'string', default: '12' },
    stale: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
/** How the results name themselves. */
const TABLE_NAME = 'all of this page';
const each = Number(values.each);
if (values.help === true || !(each >= 1)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help === true ? 0 : 2);
}

const sources = hashSources(['test/voices/run.ts']);
if (values.stale === true) {
  const measured = readMeasuredRows(await readFile(join(import.meta.dirname, 'RESULTS.md'), 'utf8'), 1);
  process.exit(reportStale('test/voices/RESULTS.md', measured, [{ name: TABLE_NAME, sources }]));
}

const LONGEST_MUSIC_SECONDS = 120;
const missing = installRequirements(VOICE_REQUIREMENTS);
if (missing.length > 0) {
  const names = [...new Set(missing.map(({ debianPackage }) => debianPackage))].join(' ');
  process.stderr.write(
    [
      'Real voices are measured on recordings that Debian packages bring, and these are missing:',
      ...missing.map(({ what, debianPackage }) => `  ${debianPackage}: ${what}`),
      'They could not be installed from here: that takes Debian or Ubuntu, and root or sudo without a password.',
      `There:  sudo apt-get install ${names}`,
      '',
    ].join('\n'),
  );
  process.exit(1);
}

const spoken = CORPORA.map((corpus) => ({ corpus, recordings: recordingsOf(corpus, each) }));
const everybody = layOut(
  Array.from({ length: each }, (_, index) =>
    spoken.flatMap(({ corpus, recordings }) => (corpus.isUnclear === true ? [] : (recordings[index] ?? []))),
  ).flat(),
  1,
);
const tracks = filesOf(MUSIC).map((path) => ({
  name: basename(path, '.g722'),
  samples: decode(path).subarray(0, LONGEST_MUSIC_SECONDS * RATE),
}));
const music = levelled(Float64Array.from(tracks.flatMap(({ samples }) => [...samples])));
const voices = spoken.map(({ recordings }) => levelled(layOut(recordings.slice(0, 12), 2).samples));
const repeated = (samples: Float64Array) => (frames: number) =>
  Float64Array.from({ length: frames }, (_, frame) => samples[frame % samples.length] ?? 0);

const places = placesWith({ music: repeated(music), talk: (frames) => crowd(voices, frames) });
const rows: Row[] = [];
const measure = (into: Row[], name: string, comparison: () => ReturnType<typeof compare>): void => {
  process.stderr.write(`${name}\n`);
  into.push({ name, ...comparison() });
};
const [quiet] = places;
for (const { corpus, recordings } of spoken) {
  const conversation = layOut(recordings, 3);
  if (quiet !== undefined)
    measure(rows, corpus.name, () => compare(quiet.hear(conversation), conversation.turns));
}
for (const place of places) measure(rows, place.name, () => compare(place.hear(everybody), everybody.turns));

const alarms: Row[] = [];
for (const { name, samples } of tracks)
  for (const decibels of [SPEECH_DECIBELS, -46])
    measure(alarms, `${name} at ${decibels} dBFS`, () =>
      compare(alone(levelled(Float64Array.from(samples)), decibels), []),
    );
for (const steep of [false, true])
  measure(alarms, `${steep ? 'brown' : 'pink'} noise at -36 dBFS`, () =>
    compare(alone(fallingNoise(300 * RATE, steep), -36), []),
  );

const { commit, date } = await describeMachine();
process.stdout.write(
  [
    '| measured | commit | sources |',
    '| --- | --- | --- |',
    `| ${[TABLE_NAME, ...measuredCells(commit, sources)].join(' | ')} |`,
    '',
    `${date}. ${everybody.turns.length} turns of real people, ${(everybody.samples.length / RATE / 60).toFixed(1)} minutes.`,
    '',
    ...voicesTable(rows),
    '',
    ...falseAlarmsTable(alarms),
    '',
  ].join('\n'),
);
