import { LecternError } from '../contract/errors.ts';

type Message = Readonly<Record<string, unknown>>;

/** Messages of other services' audio streams, known by their own keys. */
const PROTOCOLS: readonly { readonly name: string; readonly isOne: (message: Message) => boolean }[] = [
  { name: 'Vonage', isOne: ({ event }) => startsWith(event, 'websocket:') },
  { name: 'Plivo', isOne: (message) => isCall(message) && has(message, 'streamId') },
  { name: 'Telnyx', isOne: (message) => isCall(message) && has(message, 'stream_id') },
  { name: 'Twilio Media Streams', isOne: (message) => isCall(message) },
  {
    name: 'the OpenAI Realtime API',
    isOne: ({ type }) =>
      ['input_audio_buffer.', 'session.', 'response.', 'conversation.item.'].some((head) =>
        startsWith(type, head),
      ),
  },
  {
    name: 'Deepgram',
    isOne: ({ type }) => isAmong(type, ['KeepAlive', 'Finalize', 'CloseStream', 'Configure']),
  },
  {
    name: 'AssemblyAI',
    isOne: (message) =>
      isAmong(message.type, ['Terminate', 'ForceEndpoint', 'UpdateConfiguration']) ||
      'terminate_session' in message ||
      'force_end_utterance' in message,
  },
  {
    name: 'Speechmatics',
    isOne: ({ message }) => isAmong(message, ['StartRecognition', 'AddAudio', 'EndOfStream']),
  },
  { name: 'ElevenLabs', isOne: (message) => 'user_audio_chunk' in message },
  {
    name: 'the Gemini Live API',
    isOne: (message) =>
      ['setup', 'realtimeInput', 'realtime_input', 'clientContent', 'client_content'].some(
        (key) => key in message,
      ),
  },
];

/** What a call's audio is carried by, at Twilio and those who do as it does. */
const CALL_EVENTS = ['connected', 'start', 'media', 'stop', 'mark', 'dtmf', 'clear'];

/** The error that answers another service's message; undefined where it is none that is known. */
export function refuseForeignProtocol(message: Message): LecternError | undefined {
  const protocol = PROTOCOLS.find(({ isOne }) => isOne(message));
  if (protocol === undefined) return undefined;
  const came = `a message of ${protocol.name}`;
  return new LecternError(
    'UNSUPPORTED_PROTOCOL',
    `Unsupported protocol: expected {"action":"start","format":"wav"}, then samples, got ${came}. ` +
      'Nothing of it is recorded. Have a program between them send base64 samples as {"action":"audio_chunk","data"}' +
      (isCall(message)
        ? '; for a call\'s media.payload start with "encoding":"mulaw","sample_rate":8000'
        : ''),
  );
}

function isCall({ event }: Message): boolean {
  return isAmong(event, CALL_EVENTS);
}

/** In the message, or in the object that its event names, as `start` does at some. */
function has(message: Message, key: string): boolean {
  const { start } = message;
  return key in message || (typeof start === 'object' && start !== null && key in start);
}

function startsWith(value: unknown, head: string): boolean {
  return typeof value === 'string' && value.startsWith(head);
}

function isAmong(value: unknown, values: readonly string[]): boolean {
  return typeof value === 'string' && values.includes(value);
}
