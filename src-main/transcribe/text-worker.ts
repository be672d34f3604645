import { parentPort, workerData } from 'node:worker_threads';
import { toWireError } from '../contract/errors.ts';
import { readForeignText } from './read-foreign-text.ts';
import { textJobSchema, type TextReply } from './text-messages.ts';
import { weighedSlices } from './weighed-slices.ts';

// The entry of a worker thread: reads one text, then ends.

const port = parentPort;
if (port === null) throw new Error('text-worker runs as a worker thread only');

const reply = (message: TextReply): void => port.postMessage(message);

const { given, pieces: piecesPort } = textJobSchema.parse(workerData);
try {
  const { pieces, account } = readForeignText(given);
  for (const slice of weighedSlices(pieces)) piecesPort.postMessage(slice);
  reply({ type: 'read', account });
} catch (error) {
  reply({ type: 'failed', ...toWireError(error) });
}
