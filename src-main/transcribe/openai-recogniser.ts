import { pieceEnd } from '../audio/quietest-moment.ts';
import type { LecternError } from '../contract/errors.ts';
import { MEBIBYTE } from '../contract/limits.ts';
import type { RecogniserSettings } from '../contract/processing.ts';
import { checkedAnswer } from './checked-answer.ts';
import { lastingFailure, retryOf } from './failures.ts';
import type { TimedText } from './formats/timed-text.ts';
import { encodeMultipart } from './multipart.ts';
import { post, type Answer } from './post.ts';
import {
  pieceSeconds,
  type RecogniseOptions,
  type Recogniser,
  type RecogniserTools,
  type SpeechPiece,
  type Upload,
} from './recogniser.ts';
import { serverFailure } from './server-failure.ts';

type ServerSettings = Extract<RecogniserSettings, { kind: 'openai' }>;

const MAX_ANSWER_BYTES = 16 * MEBIBYTE;
/** The size of the form around its file, at most. */
const FORM_BYTES = 4096;
/** A server that accepts less than this at once is useless. */
const SHORTEST_PIECE_SECONDS = 1;
/** The factor for a piece that was too large for an unknown limit: a half, with room to find a pause. */
const HALF = 0.6;
/** Attempts for one upload, before the whole job is postponed. */
const TRIES = 3;
const WAITS_MS = [1000, 4000];
/** Where a server asks for a longer delay, the queue tries again later. */
const LONGEST_PATIENCE_MS = 60_000;

/** The file is too large, or the request is not accepted: the next request must be a different one. */
const ANSWERED: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** With word times where the server supports them; some models support only `json`. */
const ANSWER_KINDS = ['verbose_json', 'json', 'text'] as const;

/** A recogniser that is a server with `/v1/audio/transcriptions`, like OpenAI's and many that users run themselves. */
export function createOpenAiRecogniser(settings: ServerSettings, tools: RecogniserTools): Recogniser {
  const url = new URL(`${settings.base_url.replace(/\/+$/, '')}/audio/transcriptions`);
  const place = url.host;
  let maxUploadBytes = Math.floor(settings.max_upload_mb * MEBIBYTE) - FORM_BYTES;
  let answerKind = 0;
  // Uploads to this machine need no compression, and not every self-run server accepts compressed audio.
  let compresses = tools.compress !== undefined && !isThisMachine(url);

  const send = async (upload: Upload, signal: AbortSignal): Promise<Answer> => {
    const kind = ANSWER_KINDS[answerKind] ?? 'text';
    const form = encodeMultipart(
      [
        ['model', settings.model],
        ['response_format', kind],
        ...(settings.language === null ? [] : [['language', settings.language] as const]),
        ...(kind === 'verbose_json'
          ? (['segment', 'word'] as const).map((grain) => ['timestamp_granularities[]', grain] as const)
          : []),
      ],
      upload,
    );
    return post(url, form, {
      apiKey: tools.apiKey,
      timeoutMs: settings.timeout_seconds * 1000,
      signal,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
  };

  /** Repeats requests after temporary failures. */
  const sendWithRetries = async (upload: Upload, signal: AbortSignal): Promise<Answer> => {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await send(upload, signal);
        if (answer.status < 300 || ANSWERED.has(answer.status)) return answer;
        throw failureOf(answer);
      } catch (error) {
        const { again, soon = true, afterMs = WAITS_MS[attempt] ?? 0 } = retryOf(error);
        const isLast = attempt + 1 >= TRIES || afterMs > LONGEST_PATIENCE_MS;
        if (signal.aborted || !again || !soon || isLast) throw error;
        await tools.wait(afterMs, signal);
      }
    }
  };

  const failureOf = (answer: Answer): LecternError =>
    serverFailure(place, answer, { apiKey: tools.apiKey, wallMs: tools.wallMs() });

  const uploadOf = async (piece: SpeechPiece, signal: AbortSignal): Promise<Upload> => {
    if (compresses && tools.compress !== undefined) {
      try {
        return await tools.compress(piece, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        compresses = false;
      }
    }
    return { bytes: tools.wavOf(piece), fileName: 'audio.wav', contentType: 'audio/wav' };
  };

  const recognise = async (piece: SpeechPiece, options: RecogniseOptions): Promise<TimedText[]> => {
    const { signal } = options;
    const upload = await uploadOf(piece, signal);
    if (upload.bytes.byteLength > maxUploadBytes) return inPieces(piece, upload, options);
    const answer = await sendWithRetries(upload, signal);
    if (answer.status === 413) {
      // Applies to the remaining uploads too; a slightly smaller file would be refused as well.
      maxUploadBytes = Math.min(maxUploadBytes, Math.floor(upload.bytes.byteLength * 0.9));
      if (pieceSeconds(piece) < 2 * SHORTEST_PIECE_SECONDS) throw failureOf(answer);
      return inPieces(piece, upload, options, HALF);
    }
    if (ANSWERED.has(answer.status)) return askOtherwise(piece, upload, answer, options);
    try {
      const format = ANSWER_KINDS[answerKind] === 'text' ? 'text' : 'whisper';
      const texts = checkedAnswer(answer.body, format, place, piece, tools.onSkipped);
      options.onProgress(1);
      return texts;
    } catch (error) {
      // Some servers that cannot read a file report it with status 200.
      if (upload.fileName === 'audio.wav') throw error;
      compresses = false;
      return recognise(piece, options);
    }
  };

  /** The request was not accepted: it is simplified, one step at a time. */
  const askOtherwise = async (
    piece: SpeechPiece,
    upload: Upload,
    answer: Answer,
    options: RecogniseOptions,
  ): Promise<TimedText[]> => {
    const isAboutFormat = /response_format|timestamp_granularit|verbose_json/i.test(
      answer.body.toString('utf8', 0, 4000),
    );
    if (upload.fileName !== 'audio.wav' && !isAboutFormat) compresses = false;
    else if (answerKind + 1 < ANSWER_KINDS.length) answerKind++;
    else throw failureOf(answer);
    return recognise(piece, options);
  };

  /** Cuts the audio in pauses, and joins the texts with the right times. */
  const inPieces = async (
    piece: SpeechPiece,
    upload: Upload,
    options: RecogniseOptions,
    mostShare = 1,
  ): Promise<TimedText[]> => {
    const frames = piece.pcm.byteLength >> 1;
    const isWav = upload.fileName === 'audio.wav';
    // Compressed speech has a varying bit rate.
    const share = Math.min(mostShare, (maxUploadBytes / upload.bytes.byteLength) * (isWav ? 1 : 0.9));
    const maxFrames = Math.max(Math.floor(frames * share) - 64, SHORTEST_PIECE_SECONDS * piece.sampleRate);
    if (maxFrames >= frames)
      throw lastingFailure(
        'RECOGNISER_FAILED',
        `${SHORTEST_PIECE_SECONDS} s of audio is more than ${place} takes at once (${maxUploadBytes} bytes)`,
      );
    const texts: TimedText[] = [];
    for (let from = 0; from < frames;) {
      const to = pieceEnd(piece.pcm, piece.sampleRate, from, maxFrames);
      const cut = { pcm: piece.pcm.subarray(from * 2, to * 2), sampleRate: piece.sampleRate };
      const [start, length] = [from, to - from];
      const found = await recognise(cut, {
        signal: options.signal,
        onProgress: (fraction) => {
          options.onProgress((start + fraction * length) / frames);
        },
      });
      texts.push(...later(found, (from / piece.sampleRate) * 1000, pieceSeconds(cut) * 1000));
      from = to;
    }
    return texts;
  };

  return { givesTimes: true, recognise };
}

/** Converts the times of a later piece to those of the whole. Text without times gets those of its piece. */
function later(texts: readonly TimedText[], byMs: number, pieceMs: number): TimedText[] {
  return texts.map((text) => ({
    ...text,
    start_ms: (text.start_ms ?? 0) + byMs,
    end_ms: (text.end_ms ?? pieceMs) + byMs,
    words:
      text.words?.map((word) => ({ ...word, start_ms: word.start_ms + byMs, end_ms: word.end_ms + byMs })) ??
      null,
  }));
}

function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
