import type { RecogniserSettings } from './processing.ts';

/** The setup of a known recogniser, so that the user has little to fill in. */
export interface RecogniserPreset {
  readonly id: string;
  /** Its makers' name for it. */
  readonly name: string;
  readonly settings: RecogniserSettings;
  /** The fields that the user must fill in. */
  readonly needs: readonly ('model' | 'key' | 'address')[];
}

/** Enough for minutes of audio on a slow machine with a large model. */
const COMMAND_TIMEOUT_SECONDS = 3600;

/** Templates for known recognisers, in the order in which they are offered. */
export const RECOGNISER_PRESETS: readonly RecogniserPreset[] = [
  {
    id: 'whisper.cpp',
    name: 'whisper.cpp (whisper-cli)',
    needs: ['model'],
    settings: {
      kind: 'command',
      program: 'whisper-cli',
      // Full JSON has times for tokens; words are made of these. The program appends `.json` to the given name.
      args: ['-m', '{model}', '-f', '{audio}', '-l', '{language}', '-ojf', '-of', '{output}', '-pp'],
      output: 'file',
      format: 'whisper',
      // Without this option the program assumes English.
      language: 'auto',
      model: null,
      timeout_seconds: COMMAND_TIMEOUT_SECONDS,
    },
  },
  {
    id: 'openai-whisper',
    name: 'OpenAI Whisper (whisper)',
    needs: [],
    settings: {
      kind: 'command',
      program: 'whisper',
      args: [
        '{audio}',
        '--model',
        '{model}',
        '--language',
        '{language}',
        '--output_format',
        'json',
        '--output_dir',
        '{output}',
        '--word_timestamps',
        'True',
        '--verbose',
        'False',
      ],
      output: 'file',
      format: 'whisper',
      language: null,
      model: 'small',
      timeout_seconds: COMMAND_TIMEOUT_SECONDS,
    },
  },
  {
    id: 'vosk',
    name: 'Vosk (vosk-transcriber)',
    needs: [],
    settings: {
      kind: 'command',
      program: 'vosk-transcriber',
      args: ['-i', '{audio}', '-t', 'srt', '-o', '{output}', '-l', '{language}', '-m', '{model}'],
      output: 'file',
      format: 'srt',
      language: 'en-us',
      model: null,
      timeout_seconds: COMMAND_TIMEOUT_SECONDS,
    },
  },
  {
    id: 'pocketsphinx',
    name: 'PocketSphinx (pocketsphinx_continuous)',
    needs: [],
    settings: {
      kind: 'command',
      program: 'pocketsphinx_continuous',
      args: ['-infile', '{audio}', '-hmm', '{model}', '-logfn', '/dev/null'],
      output: 'stdout',
      format: 'text',
      language: null,
      model: null,
      timeout_seconds: COMMAND_TIMEOUT_SECONDS,
    },
  },
  {
    id: 'openai',
    name: 'OpenAI',
    needs: ['key'],
    settings: {
      kind: 'openai',
      base_url: 'https://api.openai.com/v1',
      model: 'whisper-1',
      language: null,
      max_upload_mb: 25,
      timeout_seconds: 600,
    },
  },
  {
    id: 'server',
    name: 'A server of your own with /v1/audio/transcriptions',
    needs: ['address', 'model'],
    settings: {
      kind: 'openai',
      base_url: 'http://127.0.0.1:8000/v1',
      model: 'whisper-1',
      language: null,
      max_upload_mb: 25,
      timeout_seconds: 3600,
    },
  },
];
