import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { headedFrame } from '../../src-main/contract/headed-frame.ts';
import type { ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { OpenHost, ProtocolHost } from './protocol-hosts.ts';
import { masterSamples } from './read-wav.ts';
import { G711_MULAW } from './g711-table.ts';
import { seededBytes } from './seeded-bytes.ts';

const START = { action: 'start', format: 'wav' };

/** The session protocol as every transport must carry it. */
export function protocolSuite(transport: string, openHost: OpenHost): void {
  describe(`session protocol over ${transport}`, () => {
    let host: ProtocolHost | undefined;
    const open = async (overrides?: Parameters<OpenHost>[0]): Promise<ProtocolHost> =>
      (host = await openHost(overrides));
    afterEach(async () => {
      await host?.dispose();
      host = undefined;
    });

    const masterOf = (stopped: ServerMessageOf<'recording_stopped'>): Promise<Buffer> =>
      masterSamples(join(host?.dataDir ?? '', 'recordings', stopped.files.at(-1)?.file_path ?? ''));

    test('16 kHz mono sent as binary comes back bit-exact in the master', async () => {
      const client = await (await open()).connect('mono');
      const audio = seededBytes(1, 16_000 * 2 * 7);
      client.say(START);
      for (let at = 0; at < audio.length; at += 3200) client.sendAudio(audio.subarray(at, at + 3200));
      client.say({ action: 'stop' });
      const stopped = await client.next('recording_stopped');
      expect(stopped.duration_seconds).toBe(7);
      expect(stopped.report).toMatchObject({ captured: 112_000, expected: 112_000, gaps: [] });
      expect((await masterOf(stopped)).equals(audio)).toBe(true);
    });

    test('48 kHz stereo in headed frames comes back bit-exact, and every chunk is acknowledged', async () => {
      const client = await (await open()).connect('stereo');
      const audio = seededBytes(2, 48_000 * 4 * 3);
      client.say({ ...START, sample_rate: 48_000, channels: 2, framing: 'headed' });
      const chunkBytes = 4800 * 4;
      for (let at = 0, seq = 0; at < audio.length; at += chunkBytes, seq++)
        client.sendAudio(
          headedFrame({ trackIndex: 0, seq, startFrame: at / 4 }, audio.subarray(at, at + chunkBytes)),
        );
      client.say({ action: 'stop' });
      const stopped = await client.next('recording_stopped');
      expect((await masterOf(stopped)).equals(audio)).toBe(true);
      const acks = client.received.filter((message) => message.type === 'ack');
      expect(acks.at(-1)).toMatchObject({ track: 'user', seq: 29, frames: 144_000 });
    });

    test('8 kHz mu-law is stored as the 16-bit PCM of the G.711 table', async () => {
      const client = await (await open()).connect('call');
      const everyByte = Uint8Array.from({ length: 512 }, (_, index) => index & 0xff);
      client.say({ ...START, sample_rate: 8000, encoding: 'mulaw' });
      client.say({ action: 'audio_chunk', data: Buffer.from(everyByte).toString('base64') });
      client.say({ action: 'stop' });
      const pcm = await masterOf(await client.next('recording_stopped'));
      const samples = Array.from({ length: 512 }, (_, index) => pcm.readInt16LE(index * 2));
      expect(samples).toEqual([...G711_MULAW, ...G711_MULAW]);
    });

    test('32-bit float is scaled, clamped, and never wraps', async () => {
      const client = await (await open()).connect('float');
      client.say({ ...START, encoding: 'pcm_f32le' });
      const floats = Float32Array.of(0, 0.5, -0.5, 1, -1, 2, -2, NaN, 1 / 32768);
      client.sendAudio(new Uint8Array(floats.buffer));
      client.say({ action: 'stop' });
      const pcm = await masterOf(await client.next('recording_stopped'));
      const samples = Array.from({ length: floats.length }, (_, index) => pcm.readInt16LE(index * 2));
      expect(samples).toEqual([0, 16384, -16384, 32767, -32768, 32767, -32768, 0, 1]);
    });

    test('two tracks are kept apart', async () => {
      const client = await (await open()).connect('tracks');
      const [near, far] = [seededBytes(3, 32_000), seededBytes(4, 32_000)];
      client.say({ ...START, tracks: ['user', 'assistant'], placement: 'append' });
      for (let at = 0; at < near.length; at += 3200) {
        for (const [track, audio] of [
          ['user', near],
          ['assistant', far],
        ] as const)
          client.say({
            action: 'audio_chunk',
            track,
            data: Buffer.from(audio.subarray(at, at + 3200)).toString('base64'),
          });
      }
      client.say({ action: 'stop' });
      const { files } = await client.next('recording_stopped');
      const read = (type: string): Promise<Buffer> =>
        masterSamples(
          join(host?.dataDir ?? '', 'recordings', files.find((file) => file.type === type)?.file_path ?? ''),
        );
      expect((await read('user')).equals(near)).toBe(true);
      expect((await read('assistant')).equals(far)).toBe(true);
    });

    test('every mistake is answered in the documented words and costs no audio', async () => {
      const client = await (await open()).connect('errors');
      const answers: [object | string, string, string | RegExp][] = [
        [
          { action: 'audio_chunk', data: 'AAAA' },
          'NOT_RECORDING',
          "Recording not started. Send 'start' action first",
        ],
        [{ action: 'pause' }, 'NOT_RECORDING', "Recording not started. Send 'start' action first"],
        [{ action: 'stop' }, 'NOT_RECORDING', "Recording not started. Send 'start' action first"],
        [{ action: 'start', format: 'ogg' }, 'INVALID_FORMAT', "Invalid format. Use 'wav', 'mp4' or 'mp3'"],
        [{ action: 'start' }, 'INVALID_FORMAT', "Invalid format. Use 'wav', 'mp4' or 'mp3'"],
        [{ ...START, sample_rate: '16000' }, 'INVALID_MESSAGE', /sample_rate.*number.*"16000"/],
        [{ ...START, gain: 9 }, 'INVALID_MESSAGE', /gain.*4.*9/],
        [{ action: 'dance' }, 'UNKNOWN_ACTION', 'Unknown action'],
        ['{"action":', 'INVALID_MESSAGE', /JSON/],
        ['[1,2]', 'INVALID_MESSAGE', /JSON object/],
      ];
      for (const [message, code, text] of answers) {
        client.say(message);
        const error = await client.next('error');
        expect(error.code).toBe(code);
        if (typeof text === 'string') expect(error.message).toBe(text);
        else expect(error.message).toMatch(text);
      }

      client.say(START);
      await client.next('recording_started');
      const good = seededBytes(5, 3200);
      const whileRecording: [object | Uint8Array, string, string | RegExp][] = [
        [START, 'ALREADY_RECORDING', 'Recording already started'],
        [{ action: 'audio_chunk', data: '%%%=' }, 'INVALID_AUDIO_ENCODING', 'Invalid audio data encoding'],
        [{ action: 'audio_chunk', data: 'AAA' }, 'INVALID_AUDIO_ENCODING', 'Invalid audio data encoding'],
        [{ action: 'audio_chunk', data: '' }, 'INVALID_CHUNK', /2 bytes.*got 0/],
        [{ action: 'audio_chunk', data: 'AAAA' }, 'INVALID_CHUNK', /2 bytes.*got 3/],
        [{ action: 'audio_chunk', data: 7 }, 'INVALID_MESSAGE', /data.*string.*7/],
        [{ action: 'audio_chunk', data: 'AAA=', track: 'assistant' }, 'INVALID_CHUNK', /user.*assistant/],
        [Buffer.alloc(1024 * 1024 + 2), 'CHUNK_TOO_LARGE', 'Chunk size exceeds limit (1MB)'],
        [
          { action: 'audio_chunk', data: Buffer.alloc(1024 * 1024 + 2).toString('base64') },
          'CHUNK_TOO_LARGE',
          'Chunk size exceeds limit (1MB)',
        ],
        [Buffer.alloc(0), 'INVALID_CHUNK', /2 bytes.*got 0/],
        [Buffer.from('OggS\0\u0002 and what follows', 'latin1'), 'UNSUPPORTED_AUDIO', /samples.*Ogg/],
      ];
      for (const [message, code, text] of whileRecording) {
        client.sendAudio(good);
        if (message instanceof Uint8Array) client.sendAudio(message);
        else client.say(message);
        const error = await client.next('error');
        expect(error.code).toBe(code);
        if (typeof text === 'string') expect(error.message).toBe(text);
        else expect(error.message).toMatch(text);
      }
      client.say({ action: 'stop' });
      const stopped = await client.next('recording_stopped');
      expect(await masterOf(stopped)).toEqual(Buffer.concat(whileRecording.map(() => good)));
      expect(stopped.report.tracks[0]?.chunks_rejected).toBe(whileRecording.length - 2);
    });

    test('raw bytes may be cut anywhere, and an action among them is obeyed', async () => {
      const client = await (await open()).connect('cut');
      const audio = seededBytes(12, 32_000);
      client.sendAudio(Buffer.from(JSON.stringify(START)));
      for (let at = 0; at < audio.length; at += 333) client.sendAudio(audio.subarray(at, at + 333));
      client.sendAudio(Buffer.from('{"action":"stop"}'));
      const stopped = await client.next('recording_stopped');
      expect((await masterOf(stopped)).equals(audio)).toBe(true);
      const warnings = client.received.filter((message) => message.type === 'warning');
      expect(warnings.map(({ code }) => code)).toEqual(['partial_frame']);
    });

    test('a chunk of exactly 1 MB is taken', async () => {
      const client = await (await open()).connect('megabyte');
      client.say(START);
      client.sendAudio(seededBytes(6, 1024 * 1024));
      client.say({ action: 'stop' });
      const stopped = await client.next('recording_stopped');
      expect(stopped.report.captured).toBe(512 * 1024);
    });

    test('progress comes with every hundredth chunk, and with nothing else', async () => {
      const client = await (await open()).connect('progress');
      client.say(START);
      for (let chunk = 0; chunk < 250; chunk++) client.sendAudio(seededBytes(chunk, 320));
      client.say({ action: 'stop' });
      await client.next('recording_stopped');
      const progress = client.received.filter((message) => message.type === 'progress');
      expect(progress).toEqual([
        { type: 'progress', chunks_received: 100, total_size_mb: 0.031, duration_seconds: 1 },
        { type: 'progress', chunks_received: 200, total_size_mb: 0.061, duration_seconds: 2 },
      ]);
    });

    test('what is said during a pause is left out, and markers keep their place', async () => {
      const client = await (await open()).connect('pause');
      const [before, during, after] = [seededBytes(7, 3200), seededBytes(8, 3200), seededBytes(9, 3200)];
      client.say(START);
      client.sendAudio(before);
      client.say({ action: 'pause' });
      client.sendAudio(during);
      client.say({ action: 'resume' });
      client.say({ action: 'marker', label: 'question' });
      client.sendAudio(after);
      client.say({ action: 'stop' });
      expect(await client.next('marker_added')).toMatchObject({
        index: 0,
        position_seconds: 0.1,
        label: 'question',
      });
      const stopped = await client.next('recording_stopped');
      expect((await masterOf(stopped)).equals(Buffer.concat([before, after]))).toBe(true);
    });

    test('a limit that stops keeps every frame up to it and says why', async () => {
      const limits = {
        maxChunkBytes: 1024 * 1024,
        maxTotalBytes: 500 * 1024 * 1024,
        maxDurationSeconds: 1.05,
      };
      const client = await (await open({ limits })).connect('limit');
      const audio = seededBytes(10, 16_000 * 2 * 2);
      client.say(START);
      for (let at = 0; at < audio.length; at += 3200) client.sendAudio(audio.subarray(at, at + 3200));
      expect(await client.next('error')).toMatchObject({
        code: 'DURATION_LIMIT',
        message: 'Recording duration exceeds limit (1 hour)',
      });
      const stopped = await client.next('recording_stopped');
      expect(stopped.reason).toBe('duration_limit');
      expect((await masterOf(stopped)).equals(audio.subarray(0, 16_800 * 2))).toBe(true);
    });

    test('a limit that continues rolls over: the sum of the parts is what was sent', async () => {
      const limits = { maxChunkBytes: 1024 * 1024, maxTotalBytes: 50_000, maxDurationSeconds: 3600 };
      const client = await (await open({ limits })).connect('parts');
      const audio = seededBytes(11, 16_000 * 2 * 6);
      client.say({ ...START, on_limit: 'continue' });
      for (let at = 0; at < audio.length; at += 3200) client.sendAudio(audio.subarray(at, at + 3200));
      client.say({ action: 'stop' });
      const parts = [];
      for (let part = 1; part <= 4; part++) parts.push(await client.next('recording_stopped'));
      expect(parts.map(({ part, reason }) => [part, reason])).toEqual([
        [1, 'total_size_limit'],
        [2, 'total_size_limit'],
        [3, 'total_size_limit'],
        [4, undefined],
      ]);
      expect((await client.next('error')).message).toBe('Total data size exceeds limit (500MB)');
      expect(Buffer.concat(await Promise.all(parts.map(masterOf))).equals(audio)).toBe(true);
    });

    test('a client that comes back to its session goes on where it left', async () => {
      const opened = await open();
      const audio = seededBytes(12, 16_000 * 2 * 2);
      const first = await opened.connect('return');
      first.say({ ...START, framing: 'headed' });
      for (let seq = 0; seq < 10; seq++)
        first.sendAudio(
          headedFrame(
            { trackIndex: 0, seq, startFrame: seq * 1600 },
            audio.subarray(seq * 3200, (seq + 1) * 3200),
          ),
        );
      for (let acked = -1; acked < 9;) acked = (await first.next('ack')).seq;
      first.close();
      const second = await opened.connect('return');
      second.say({ action: 'status' });
      const status = await second.next('status');
      expect(status).toMatchObject({ state: 'recording', tracks: [{ track: 'user', next_seq: 10 }] });
      // What it cannot know to have arrived it sends again.
      for (let seq = 8; seq < 20; seq++)
        second.sendAudio(
          headedFrame(
            { trackIndex: 0, seq, startFrame: seq * 1600 },
            audio.subarray(seq * 3200, (seq + 1) * 3200),
          ),
        );
      second.say({ action: 'stop' });
      const stopped = await second.next('recording_stopped');
      expect((await masterOf(stopped)).equals(audio)).toBe(true);
      expect(stopped.report.tracks[0]?.chunks_duplicated).toBe(2);
    });

    test('a microphone that dies beside a living other side is named, and both tracks end together', async () => {
      let nowMs = 0;
      const client = await (
        await open({ clock: { monotonicMs: () => nowMs, wallMs: () => nowMs } })
      ).connect('call');
      client.say({ ...START, framing: 'headed', tracks: ['user', 'assistant'] });
      await client.next('recording_started');
      const [near, far] = [seededBytes(14, 3200 * 50), seededBytes(15, 3200 * 50)];
      const piece = (audio: Buffer, seq: number) => audio.subarray(seq * 3200, (seq + 1) * 3200);
      for (let seq = 0; seq < 50; seq++) {
        if (seq < 10)
          client.sendAudio(headedFrame({ trackIndex: 0, seq, startFrame: seq * 1600 }, piece(near, seq)));
        client.sendAudio(headedFrame({ trackIndex: 1, seq, startFrame: seq * 1600 }, piece(far, seq)));
        // One at a time, as they would come.
        while ((await client.next('ack')).track !== 'assistant');
        nowMs += 100;
      }
      const warning = await client.next('warning');
      expect(warning).toMatchObject({ code: 'no_data', track: 'user' });
      expect(warning.message).toMatch(/from the microphone .* goes on with the other side$/);
      client.say({ action: 'stop' });
      const { report, files } = await client.next('recording_stopped');
      expect(report.gaps).toEqual([{ track: 'user', start_frame: 16_000, frames: 64_000, cause: 'no_data' }]);
      const [user, assistant] = await Promise.all(
        files.map(({ file_path }) => masterSamples(join(host?.dataDir ?? '', 'recordings', file_path))),
      );
      expect(user?.equals(Buffer.concat([near.subarray(0, 32_000), Buffer.alloc(128_000)]))).toBe(true);
      expect(assistant?.equals(far)).toBe(true);
    });

    test('a chunk that is refused, or never sent, keeps no other out of the file', async () => {
      const opened = await open({ clock: { monotonicMs: () => 0, wallMs: () => 0 } });
      const client = await opened.connect('odd');
      const audio = seededBytes(16, 32_000 * 30);
      const second = (seq: number): Buffer => audio.subarray(seq * 32_000, (seq + 1) * 32_000);
      client.say(START);
      for (let seq = 0; seq < 30; seq++) {
        const samples = seq === 5 ? second(seq).subarray(1) : second(seq);
        client.say({ action: 'audio_chunk', seq, data: samples.toString('base64') });
      }
      // The clock stands still: nothing here waits for it.
      for (let acked = -1; acked < 29;) acked = (await client.next('ack')).seq;
      expect((await client.next('error')).code).toBe('INVALID_CHUNK');
      client.say({ action: 'stop' });
      const stopped = await client.next('recording_stopped');
      const [gap, ...others] = stopped.report.gaps;
      expect(gap).toEqual({ track: 'user', start_frame: 80_000, frames: 15_999, cause: 'missing_chunks' });
      expect(others).toEqual([]);
      const expected = [audio.subarray(0, 160_000), Buffer.alloc(31_998), audio.subarray(192_000)];
      expect((await masterOf(stopped)).equals(Buffer.concat(expected))).toBe(true);
    });

    test('of two sides without positions, what is said at 8 s is at 8 s', async () => {
      let nowMs = 0;
      const opened = await open({ clock: { monotonicMs: () => nowMs, wallMs: () => nowMs } });
      const client = await opened.connect('sides');
      const [near, far] = [seededBytes(17, 320_000), seededBytes(18, 32_000)];
      client.say({ ...START, tracks: ['user', 'assistant'] });
      expect((await client.next('recording_started')).placement).toBe('arrival');
      const say = async (track: string, samples: Buffer): Promise<void> => {
        client.say({ action: 'audio_chunk', track, data: samples.toString('base64') });
        client.say({ action: 'status' });
        await client.next('status');
      };
      for (let second = 0; second < 10; second++) {
        await say('user', near.subarray(second * 32_000, (second + 1) * 32_000));
        if (second === 8) await say('assistant', far);
        nowMs += 1000;
      }
      client.say({ action: 'stop' });
      const { report, files } = await client.next('recording_stopped');
      expect(report.gaps).toEqual([
        { track: 'assistant', start_frame: 0, frames: 128_000, cause: 'no_data' },
      ]);
      const [user, assistant] = await Promise.all(
        files.map(({ file_path }) => masterSamples(join(opened.dataDir, 'recordings', file_path))),
      );
      expect(user?.equals(near)).toBe(true);
      expect(assistant?.equals(Buffer.concat([Buffer.alloc(256_000), far]))).toBe(true);
    });

    test('an id that is not a plain name is refused, and nothing is written', async () => {
      const opened = await open();
      const client = await opened.connect(encodeURIComponent('../../x'));
      expect((await client.next('error')).code).toBe('INVALID_SESSION_ID');
      expect(await readdir(join(opened.dataDir, 'recordings'))).toEqual([]);
    });

    test('a recordings folder that cannot be written is an error before the first sample', async () => {
      const opened = await open();
      // A file where the session's folder should go: true for every user, root included.
      await writeFile(join(opened.dataDir, 'recordings', 'blocked'), '');
      const client = await opened.connect('blocked');
      client.say(START);
      const error = await client.next('error');
      expect(error.code).toBe('FOLDER_UNWRITABLE');
      expect(error.message).toMatch(/Settings/);
    });

    test('the session can be read from its folder without the catalog', async () => {
      const opened = await open();
      const client = await opened.connect('readable');
      client.say({ ...START, title: 'Algebra II' });
      client.sendAudio(seededBytes(13, 3200));
      client.say({ action: 'stop' });
      await client.next('recording_stopped');
      const text = await readFile(join(opened.dataDir, 'recordings', 'readable', 'session.json'), 'utf8');
      expect(JSON.parse(text)).toMatchObject({
        version: 1,
        session: { title: 'Algebra II', status: 'completed', duration_seconds: 0.1 },
      });
    });
  });
}
