import { recogniserSettingsSchema, type RecogniserSettings } from '../../src-main/contract/processing.ts';
import { RECOGNISER_PRESETS } from '../../src-main/contract/recogniser-presets.ts';

/** A recogniser while the user types it. All fields exist for every choice, so that another choice loses nothing. */
export interface RecogniserDraft {
  /** `none`, `program`, or the id of a preset. */
  readonly choice: string;
  readonly program: string;
  /** One a line. */
  readonly args: string;
  readonly output: string;
  readonly format: string;
  readonly model: string;
  readonly language: string;
  readonly timeoutSeconds: string;
  readonly baseUrl: string;
  readonly maxUploadMb: string;
}

const EMPTY: RecogniserDraft = {
  choice: 'none',
  program: '',
  args: '{audio}',
  output: 'stdout',
  format: 'text',
  model: '',
  language: '',
  timeoutSeconds: '3600',
  baseUrl: '',
  maxUploadMb: '25',
};

/** All choices, in the order in which they are offered. */
export const RECOGNISER_CHOICES: readonly string[] = [
  'none',
  ...RECOGNISER_PRESETS.filter(({ settings }) => settings.kind === 'command').map(({ id }) => id),
  'program',
  ...RECOGNISER_PRESETS.filter(({ settings }) => settings.kind === 'openai').map(({ id }) => id),
];

export function presetOf(choice: string) {
  return RECOGNISER_PRESETS.find(({ id }) => id === choice);
}

/** The kind of settings, and so of fields, that a choice needs. */
export function kindOf(choice: string): RecogniserSettings['kind'] {
  return choice === 'program' ? 'command' : (presetOf(choice)?.settings.kind ?? 'none');
}

/** The draft that shows these settings. */
export function draftOf(settings: RecogniserSettings): RecogniserDraft {
  const choice = choiceOf(settings);
  if (settings.kind === 'none') return { ...EMPTY, choice };
  const common = {
    ...EMPTY,
    choice,
    model: settings.model ?? '',
    language: settings.language ?? '',
    timeoutSeconds: String(settings.timeout_seconds),
  };
  if (settings.kind === 'openai')
    return { ...common, baseUrl: settings.base_url, maxUploadMb: String(settings.max_upload_mb) };
  const { program, args, output, format } = settings;
  return { ...common, program, args: args.join('\n'), output, format };
}

/** The draft after a new choice: the preset's own values, or the present ones to go on from. */
export function draftFor(choice: string, before: RecogniserDraft): RecogniserDraft {
  const preset = presetOf(choice);
  return preset === undefined ? { ...before, choice } : { ...draftOf(preset.settings), choice };
}

/** The settings of a draft; undefined where something is missing or wrong. */
export function settingsOf(draft: RecogniserDraft): RecogniserSettings | undefined {
  return recogniserSettingsSchema.safeParse(fieldsOf(draft)).data;
}

function fieldsOf(draft: RecogniserDraft): object {
  const kind = kindOf(draft.choice);
  const optional = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  const language = optional(draft.language);
  const timeout_seconds = Number(draft.timeoutSeconds);
  switch (kind) {
    case 'none':
      return { kind };
    case 'command':
      return {
        kind,
        program: draft.program.trim(),
        args: draft.args.split(/\r?\n/).filter((line) => line !== ''),
        output: draft.output,
        format: draft.format,
        model: optional(draft.model),
        language,
        timeout_seconds,
      };
    case 'openai':
      return {
        kind,
        base_url: draft.baseUrl.trim(),
        model: draft.model.trim(),
        language,
        max_upload_mb: Number(draft.maxUploadMb),
        timeout_seconds,
      };
  }
}

/** The preset of these settings, as far as they show it. */
function choiceOf(settings: RecogniserSettings): string {
  if (settings.kind === 'none') return 'none';
  if (settings.kind === 'openai')
    return hostOf(settings.base_url) === hostOf(presetAddress('openai')) ? 'openai' : 'server';
  const made = RECOGNISER_PRESETS.find(
    (preset) =>
      preset.settings.kind === 'command' &&
      preset.settings.args.join('\n') === settings.args.join('\n') &&
      preset.settings.format === settings.format &&
      baseName(settings.program).startsWith(preset.settings.program),
  );
  return made?.id ?? 'program';
}

/** A recogniser's name where it is used. Empty for none. */
export function recogniserName(settings: RecogniserSettings): string {
  if (settings.kind === 'none') return '';
  return settings.kind === 'command' ? baseName(settings.program) : hostOf(settings.base_url);
}

function presetAddress(id: string): string {
  const settings = presetOf(id)?.settings;
  return settings?.kind === 'openai' ? settings.base_url : '';
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
