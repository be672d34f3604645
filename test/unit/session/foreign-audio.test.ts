import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createForeignAudio } from '../../../src-main/session/foreign-audio.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { headed, openEngine, say } from './memory-engine.ts';

const FORMAT = { encoding: 'pcm_s16le', sampleRate: 16_000, channels: 1 } as const;

/** A WAV file of these samples, with the sizes that it has or others. */
function wav(samples: Uint8Array, { sampleRate = 16_000, dataBytes = samples.length } = {}): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataBytes, 40);
  return Buffer.concat([header, samples]);
}

/** The head of what Chrome's MediaRecorder makes, then blocks of a live cluster. */
function webm(blocks: number): Buffer {
  const head = Buffer.from(
    '1a45dfa39f4286810142f7810142f2810442f381084282847765626d428781044285810218538067',
    'hex',
  );
  const cluster = Buffer.from('01ffffffffffffff1f43b67501ffffffffffffffe78100', 'hex');
  const block = (index: number): Buffer =>
    Buffer.concat([Buffer.from('a340508100', 'hex'), Buffer.from([index, 0x80]), seededBytes(index, 76)]);
  return Buffer.concat([head, cluster, ...Array.from({ length: blocks }, (_, index) => block(index))]);
}

async function recording(start: object = {}) {
  const host = openEngine();
  const connection = host.engine.connect('call', host.client);
  await connection.receiveText(say({ action: 'start', format: 'wav', ...start }));
  const codes = () => host.of('error').map(({ code }) => code);
  return { ...host, connection, codes };
}

const PIECES = [seededBytes(1, 3200), seededBytes(2, 3200)] as const;

describe('what comes as audio and is none', () => {
  test('a WAV header in every frame is named once, and nothing of it becomes noise', async () => {
    const { connection, codes, of, audio } = await recording();
    await connection.receiveBinary(PIECES[0]);
    for (let frame = 0; frame < 20; frame++) await connection.receiveBinary(wav(seededBytes(frame, 320)));
    await connection.receiveBinary(PIECES[1]);
    await connection.receiveText(say({ action: 'stop' }));
    expect(codes()).toEqual(['UNSUPPORTED_AUDIO']);
    expect(of('error')[0]?.message).toMatch(
      /expected raw samples \(16-bit.*16000 Hz, mono\), got a WAV header/,
    );
    expect(audio()).toEqual(Buffer.concat(PIECES));
    expect(of('recording_stopped')[0]?.report.tracks[0]?.chunks_rejected).toBe(20);
  });

  test('after one header of its own format a stream goes on; one of another format is left out to its end', async () => {
    const same = await recording();
    const [first, second] = PIECES;
    await same.connection.receiveBinary(wav(first, { dataBytes: 0 }));
    await same.connection.receiveBinary(second);
    await same.connection.receiveText(say({ action: 'stop' }));
    expect(same.audio()).toEqual(second);

    const other = await recording();
    const file = wav(seededBytes(3, 10_000), { sampleRate: 44_100 });
    for (let at = 0; at < file.length; at += 999)
      await other.connection.receiveBinary(file.subarray(at, at + 999));
    await other.connection.receiveBinary(second);
    await other.connection.receiveText(say({ action: 'stop' }));
    expect(other.codes()).toEqual(['UNSUPPORTED_AUDIO']);
    expect(other.audio()).toEqual(second);
  });

  test('it is named during a pause as well, and again in the next take', async () => {
    const { connection, codes } = await recording();
    await connection.receiveText(say({ action: 'pause' }));
    for (let times = 0; times < 3; times++) await connection.receiveBinary(wav(PIECES[0]));
    expect(codes()).toEqual(['UNSUPPORTED_AUDIO']);
    await connection.receiveText(say({ action: 'stop' }));
    await connection.receiveText(say({ action: 'start', format: 'wav' }));
    await connection.receiveBinary(wav(PIECES[0]));
    expect(codes()).toEqual(['UNSUPPORTED_AUDIO', 'UNSUPPORTED_AUDIO']);
  });

  test.each(['raw', 'base64', 'headed'])(
    'WebM that comes %s is left out piece by piece, wherever it is cut',
    async (way) => {
      const { connection, codes, audio } = await recording(way === 'headed' ? { framing: 'headed' } : {});
      let seq = 0;
      let frame = 0;
      const send = (bytes: Buffer, frames = 0): Promise<void> => {
        if (way === 'raw') return connection.receiveBinary(bytes);
        if (way === 'base64')
          return connection.receiveText(say({ action: 'audio_chunk', data: bytes.toString('base64') }));
        const startFrame = frame;
        frame += frames;
        return connection.receiveBinary(headed(0, frames === 0 ? 1_000_000 : seq++, startFrame, bytes));
      };
      await send(PIECES[0], 1600);
      const stream = webm(60);
      for (let at = 0, size = 50; at < stream.length; at += size, size = (size * 7 + 3) % 301)
        await send(stream.subarray(at, at + Math.max(1, size)));
      await send(PIECES[1], 1600);
      await connection.receiveText(say({ action: 'stop' }));
      expect(codes()).toEqual(['UNSUPPORTED_AUDIO']);
      expect(audio()).toEqual(Buffer.concat(PIECES));
    },
  );

  test('WebM whose beginning came before the start, or of which a piece was lost, is known by its blocks', async () => {
    const host = openEngine();
    const connection = host.engine.connect('early', host.client);
    const stream = webm(60);
    await connection.receiveBinary(stream.subarray(0, 200));
    await connection.receiveText(say({ action: 'start', format: 'wav' }));
    await connection.receiveBinary(stream.subarray(200, 500));
    // 500 to 1111 is lost.
    await connection.receiveBinary(stream.subarray(1111));
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.of('error').map(({ code }) => code)).toEqual(['NOT_RECORDING', 'UNSUPPORTED_AUDIO']);
    expect(host.audio().length).toBe(0);
  });

  test.each([
    ['WebM', webm(0)],
    ['a later cluster', Buffer.from('1f43b67501ffffffffffffffe7820123a340508100', 'hex')],
    ['Ogg', Buffer.concat([Buffer.from('OggS\0\u0002', 'latin1'), Buffer.alloc(30)])],
    ['FLAC', Buffer.from('664c6143000000221200', 'hex')],
    ['an ID3 tag', Buffer.from('4944330400000000002354', 'hex')],
    ['MP4', Buffer.from('000000206674797069736f6d0000020069736f6d', 'hex')],
    ['a fragment of MP4', Buffer.from('000000606d6f6f66000000106d66686400000000', 'hex')],
    ['AIFF', Buffer.from('FORM\0\u0002\u0010.AIFFCOMM', 'latin1')],
    ['CAF', Buffer.from('caff\0\u0001\0\0desc', 'latin1')],
    ['AU', Buffer.from('2e736e640000002000000000000000030000bb8000000001', 'hex')],
    ['AMR', Buffer.from('#!AMR\n<<')],
    ['RF64', Buffer.from('RF64\xff\xff\xff\xffWAVEds64', 'latin1')],
    ['a data URL', Buffer.from('data:audio/webm;base64,AAAA')],
    ['JSON where samples are due', Buffer.from('{"action":"pause"}')],
  ])('%s is known by how it begins', (_, bytes) => {
    expect(createForeignAudio().examine('raw', bytes, FORMAT)?.error.message).toMatch(
      /^Unsupported audio: .*, got /,
    );
  });

  test('samples are samples, whatever they begin with', () => {
    const { examine } = createForeignAudio();
    const heads = [
      '{',
      '{"',
      '{"action',
      'RI',
      'RIFF',
      'RIFFxxxxAVI ',
      'OggS\u0001',
      'fLaC',
      'ID3',
      'FORM',
      '.snd',
      'ftyp',
      '\x1aE\xdf\xa3',
      '\xff\xfb\x90d',
      '',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...heads),
        fc.uint8Array({ minLength: 0, maxLength: 4000 }),
        (head, rest) => {
          // What makes the head a real one is left to chance, and to nothing else.
          fc.pre(!head.startsWith('\x1a') || rest[1] !== 0x42);
          const bytes = Buffer.concat([Buffer.from(head, 'latin1'), rest]);
          expect(examine('raw', bytes, FORMAT)).toBeUndefined();
        },
      ),
    );
    // The headers of MPEG and AAC frames as a steady tone's samples.
    for (const sample of ['fffb9064', 'fff34064', 'fff14c40'])
      expect(examine('raw', Buffer.alloc(8000, Buffer.from(sample, 'hex')), FORMAT)).toBeUndefined();
  });
});

describe('messages where samples are expected', () => {
  test('an action in a binary frame is obeyed as in a text frame, whatever the framing', async () => {
    for (const framing of ['raw', 'headed']) {
      const host = openEngine();
      const connection = host.engine.connect('binary', host.client);
      const send = (text: string): Promise<void> => connection.receiveBinary(Buffer.from(text));
      await send(say({ action: 'start', format: 'wav', framing }));
      await send(' {"action": "marker", "label": "Begrüßung"}\n\0');
      await send(say({ action: 'pause' }));
      await send(say({ action: 'dance' }));
      await send('{"action":"pause"');
      await send(say({ action: 'stop' }));
      expect(host.received.map(({ type }) => type)).toEqual([
        'recording_started',
        'marker_added',
        'recording_paused',
        'error',
        'error',
        'recording_stopped',
      ]);
      expect(host.of('marker_added')[0]?.label).toBe('Begrüßung');
      expect(host.of('error').map(({ code }) => code)).toEqual(['UNKNOWN_ACTION', 'INVALID_MESSAGE']);
      expect(host.audio().length).toBe(0);
    }
  });

  test.each([
    [/Twilio.*mulaw/, { event: 'connected', protocol: 'Call', version: '1.0.0' }],
    [/Twilio/, { event: 'media', streamSid: 'MZ1', media: { payload: '////' } }],
    [/Plivo/, { event: 'start', start: { callId: '1', streamId: '2' } }],
    [/Telnyx/, { event: 'media', stream_id: '3', media: { payload: '////' } }],
    [/Vonage/, { event: 'websocket:connected', 'content-type': 'audio/l16;rate=16000' }],
    [/OpenAI/, { type: 'input_audio_buffer.append', audio: 'AAAA' }],
    [/Deepgram/, { type: 'KeepAlive' }],
    [/Deepgram/, { type: 'Configure', features: {} }],
    [/AssemblyAI/, { terminate_session: true }],
    [/Gemini/, { setup: { model: 'models/live' } }],
    [/ElevenLabs/, { user_audio_chunk: 'AAAA' }],
  ])("another service's message is refused as %s, once, in text and in binary", async (name, message) => {
    const host = openEngine();
    const connection = host.engine.connect('call', host.client);
    for (let times = 0; times < 5; times++) {
      await connection.receiveText(say(message));
      await connection.receiveBinary(Buffer.from(say(message)));
    }
    expect(host.of('error').map(({ code }) => code)).toEqual(['UNSUPPORTED_PROTOCOL']);
    expect(host.of('error')[0]?.message).toMatch(name);
  });

  test('what no service is known for is an unknown action still', async () => {
    const host = openEngine();
    await host.engine.connect('call', host.client).receiveText(say({ event: 'dance' }));
    expect(host.of('error')[0]).toMatchObject({ code: 'UNKNOWN_ACTION', message: 'Unknown action' });
  });
});

describe('binary frames that end within a sample', () => {
  const cutAt = (audio: Buffer, sizes: readonly number[]): Buffer[] => {
    let at = 0;
    return sizes.map((size) => audio.subarray(at, (at += size)));
  };

  test.each([
    [{}, [3, 1, 1, 2, 93]],
    [{ channels: 2, encoding: 'pcm_f32le' }, [7, 1, 15, 2, 1, 102]],
  ])('are joined to the last bit, and that is said once: %o', async (start, sizes) => {
    const { connection, of, audio, codes } = await recording(start);
    const sent = seededBytes(
      5,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    const whole = await recording(start);
    await whole.connection.receiveBinary(sent);
    for (const piece of cutAt(sent, sizes)) await connection.receiveBinary(piece);
    await connection.receiveText(say({ action: 'stop' }));
    expect(codes()).toEqual([]);
    expect(of('warning').map(({ code }) => code)).toEqual(['partial_frame']);
    expect(audio()).toEqual(whole.audio());
  });

  test('at the stop what was never completed is left out and told', async () => {
    const { connection, of, audio } = await recording();
    const sent = seededBytes(6, 5);
    await connection.receiveBinary(sent);
    await connection.receiveText(say({ action: 'stop' }));
    expect(of('warning').map(({ message }) => message)).toEqual([
      expect.stringMatching(/multiples of 2 bytes.*got one of 5/),
      expect.stringMatching(/1 of 2 bytes/),
    ]);
    expect(audio()).toEqual(sent.subarray(0, 4));
  });

  test('over a pause a sender that goes on stays whole, and one that stops begins anew', async () => {
    const sent = seededBytes(7, 40);
    const goesOn = await recording();
    await goesOn.connection.receiveBinary(sent.subarray(0, 9));
    await goesOn.connection.receiveText(say({ action: 'pause' }));
    await goesOn.connection.receiveBinary(sent.subarray(9, 20));
    await goesOn.connection.receiveBinary(sent.subarray(20, 25));
    await goesOn.connection.receiveText(say({ action: 'resume' }));
    await goesOn.connection.receiveBinary(sent.subarray(25, 40));
    await goesOn.connection.receiveText(say({ action: 'stop' }));
    expect(goesOn.audio()).toEqual(Buffer.concat([sent.subarray(0, 8), sent.subarray(24, 40)]));

    const stops = await recording();
    await stops.connection.receiveBinary(sent.subarray(0, 9));
    await stops.connection.receiveText(say({ action: 'pause' }));
    await stops.connection.receiveText(say({ action: 'resume' }));
    await stops.connection.receiveBinary(sent.subarray(20, 40));
    await stops.connection.receiveText(say({ action: 'stop' }));
    expect(stops.audio()).toEqual(Buffer.concat([sent.subarray(0, 8), sent.subarray(20, 40)]));
    expect(stops.of('warning').at(-1)?.message).toMatch(/1 of 2 bytes/);
  });

  test('another connection does not continue what the one before it left over', async () => {
    const { engine, client, connection, of, audio } = await recording();
    const sent = seededBytes(8, 40);
    await connection.receiveBinary(sent.subarray(0, 9));
    connection.disconnect();
    const back = engine.connect('call', client);
    await back.receiveBinary(sent.subarray(20, 40));
    await back.receiveText(say({ action: 'stop' }));
    expect(audio()).toEqual(Buffer.concat([sent.subarray(0, 8), sent.subarray(20, 40)]));
    expect(of('warning').at(-1)?.message).toMatch(/1 of 2 bytes/);
  });

  test('base64 and headed frames are refused as before', async () => {
    const { connection, codes } = await recording({ framing: 'headed' });
    await connection.receiveText(say({ action: 'audio_chunk', data: 'AAAA' }));
    await connection.receiveBinary(headed(0, 0, 0, new Uint8Array(3)));
    await connection.receiveBinary(new Uint8Array(3));
    expect(codes()).toEqual(['INVALID_CHUNK', 'INVALID_CHUNK', 'INVALID_CHUNK']);
  });
});
