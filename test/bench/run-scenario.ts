import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dataBytes, loadChunks, loop, writeInputFile } from './audio.ts';
import { sendAll, warmUp, type Feed } from './feed.ts';
import { createMessages } from './messages.ts';
import { parseScenario, type Sample, type Scenario } from './scenario.ts';
import { openSubject } from './subjects/open-subject.ts';

// The child process of one sample: records one scenario in the folder given, and prints what it cost.

const { scenario, rest } = parseScenario(process.argv.slice(2));
const [folder = '.'] = rest;
const sample =
  scenario.carrier === 'websocket'
    ? await (await import('./websocket-scenario.ts')).runOverWebSocket(scenario, folder)
    : await runInProcess(scenario, folder);
process.stdout.write(`${JSON.stringify(sample)}\n`);

async function runInProcess(scenario: Scenario, folder: string): Promise<Sample> {
  const inputPath = join(folder, 'input.wav');
  if (scenario.source === 'file') await writeInputFile(inputPath, scenario);
  const chunks = scenario.source === 'memory' ? await loadChunks(scenario) : [];
  const subject = await openSubject(scenario, folder);
  const feed = { scenario, subject, encode: createMessages(scenario) };
  if (scenario.pace === 'real-time') await warmUp(feed, chunks);

  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  if (scenario.source === 'file') await sendFile(feed, inputPath);
  else await sendAll(feed, loop(chunks, scenario.audioSeconds));
  const cpu = process.cpuUsage(cpuBefore);
  const cpuAtStop = process.cpuUsage();
  const stoppedAt = performance.now();
  const path = await subject.stop();
  const endedAt = performance.now();
  const stopCpu = process.cpuUsage(cpuAtStop);
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;

  await check(path, scenario);
  await subject.close();
  return {
    stopMs: endedAt - stoppedAt,
    wallSeconds: (endedAt - startedAt) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    stopCpuSeconds: (stopCpu.user + stopCpu.system) / 1e6,
    peakRssBytes,
  };
}

/** As the command line reads it. */
async function sendFile(feed: Feed, path: string): Promise<void> {
  const { openFileSource } = await import('../../src-main/commands/audio-source.ts');
  const source = await openFileSource(path, undefined);
  await sendAll(feed, source.chunks());
  await source.close();
}

/** A fast stop that leaves the wrong file is no figure. */
async function check(path: string, scenario: Scenario): Promise<void> {
  if (scenario.format === 'mp4') {
    const { verifyFile } = await import('../../src-main/encode/verify.ts');
    const { planMp4 } = await import('../../src-main/encode/delivery-plan.ts');
    await verifyFile(path, { ...planMp4(scenario), format: 'mp4', seconds: scenario.audioSeconds });
    return;
  }
  if (scenario.pace === 'real-time') return;
  const expected = dataBytes(scenario, scenario.audioSeconds) + (scenario.side === 'bare' ? 0 : 44);
  const { size } = await stat(path);
  if (size !== expected) throw new Error(`expected a file of ${expected} bytes, got ${size}`);
}
