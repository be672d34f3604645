import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocketServer, type RawData } from 'ws';
import { listen } from '../../src-main/remote/listen.ts';
import { scenarioArguments, type Sample, type Scenario } from './scenario.ts';
import { openBenchRecorder } from './subjects/lectern.ts';
import { openSubject } from './subjects/open-subject.ts';

/** Serves the scenario's side in this process and lets a client in another one send to it. */
export async function runOverWebSocket(scenario: Scenario, folder: string): Promise<Sample> {
  const server =
    scenario.side === 'engine' ? await serveLectern(scenario, folder) : await serve(scenario, folder);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const stopMs = await runClient(scenario, server.url);
  const endedAt = performance.now();
  const cpu = process.cpuUsage(cpuBefore);
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  await server.close();
  return {
    stopMs,
    wallSeconds: (endedAt - startedAt) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    // The stop is the client's to time; here it is part of the whole.
    stopCpuSeconds: 0,
    peakRssBytes,
  };
}

interface Server {
  readonly url: string;
  readonly close: () => Promise<void>;
}

async function serveLectern(scenario: Scenario, folder: string): Promise<Server> {
  const token = randomBytes(16).toString('hex');
  const listening = await listen({
    openRecorder: () => openBenchRecorder(scenario, folder),
    host: '127.0.0.1',
    ports: [0],
    token,
    version: '0.0.0-bench',
    rendererDir: folder,
    machineAddresses: () => [],
    log: () => undefined,
  });
  return { url: `${listening.wsUrl}new?token=${token}`, close: listening.close };
}

/** The other sides behind a bare socket server that answers each message. */
async function serve(scenario: Scenario, folder: string): Promise<Server> {
  const subject = await openSubject(scenario, folder);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => {
    const take = async (data: RawData, isBinary: boolean): Promise<void> => {
      if (!Buffer.isBuffer(data)) throw new Error('expected one buffer a message');
      const message = isBinary ? data : data.toString('utf8');
      if (message === '{"action":"stop"}') {
        await subject.stop();
        socket.send('{"type":"recording_stopped"}');
      } else {
        await subject.receive(message);
        socket.send('{"type":"ack"}');
      }
    };
    socket.on('message', (data, isBinary) => void take(data, isBinary));
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return {
    url: `ws://127.0.0.1:${address.port}/`,
    close: async () => {
      server.close();
      await subject.close();
    },
  };
}

/** Resolves with the milliseconds that its stop took. */
async function runClient(scenario: Scenario, url: string): Promise<number> {
  const client = spawn(
    process.execPath,
    [new URL('./websocket-client.ts', import.meta.url).pathname, ...scenarioArguments(scenario), url],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  client.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(client, 'close');
  const stopMs = Number(output);
  if (client.exitCode !== 0 || output === '') throw new Error('the client failed');
  return stopMs;
}
