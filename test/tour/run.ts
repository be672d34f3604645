import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { catalogEvents } from './events/catalog.ts';
import { diskEvents } from './events/disk.ts';
import { encoderEvents } from './events/encoder.ts';
import { engineEvents } from './events/engine.ts';
import { limitEvents } from './events/limits.ts';
import { microphoneEvents } from './events/microphone.ts';
import { pageEvents } from './events/page.ts';
import { startEvents } from './events/start.ts';
import { play } from './room.ts';

const events = [
  ...startEvents,
  ...microphoneEvents,
  ...pageEvents,
  ...engineEvents,
  ...limitEvents,
  ...diskEvents,
  ...encoderEvents,
  ...catalogEvents,
];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'test-results/tour' } },
});
const unknown = positionals.filter((name) => !events.some((event) => event.name === name));
if (unknown.length > 0) {
  const names = events.map(({ name }) => `  ${name}\n`).join('');
  process.stderr.write(`Expected names of events, got ${unknown.join(', ')}. There are:\n${names}`);
  process.exit(2);
}

const folder = resolve(values.out);
const failed: string[] = [];
for (const event of events) {
  if (positionals.length > 0 && !positionals.includes(event.name)) continue;
  try {
    await play(event, folder);
  } catch (error) {
    failed.push(event.name);
    process.stdout.write(
      `\n${event.name}: FAILED ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}
process.stdout.write(`\nPictures are in ${folder}.\n`);
if (failed.length > 0) process.stdout.write(`Failed: ${failed.join(', ')}\n`);
process.exit(failed.length > 0 ? 1 : 0);
