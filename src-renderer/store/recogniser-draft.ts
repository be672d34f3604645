import { recogniserSettingsSchema, type RecogniserSettings } from '../../src-main/contract/processing.ts';
import { RECOGNISER_PRESETS } from '../../src-main/contract/recogniser-presets.ts';

/** A recogniser as it is being typed. Every field is there whatever is chosen, so that nothing typed is lost by choosing. */
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

/** Everything that can be chosen, in the order in which it is offered. */
export const RECOGNISER_CHOICES: readonly string[] = [
  'none',
  ...RECOGNISER_PRESETS.filter(({ settings }) => settings.kind === 'command').map(({ id }) => id),
  'program',
  ...RECOGNISER_PRESETS.filter(({ settings }) => settings.kind === 'openai').map(({ id }) => id),
];

export function presetOf(choice: string) {
  return RECOGNISER_PRESETS.find(({ id }) => id === choice);
}

/** What a choice needs filled in. */
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

/** The draft of what has just been chosen: a preset's own, or what is there to go on from. */
export function draftFor(choice: string, before: RecogniserDraft): RecogniserDraft {
  const preset = presetOf(choice);
  return preset === undefined ? { ...before, choice } : { ...draftOf(preset.settings), choice };
}

/** The settings that a draft stands for; undefined where something is missing or makes no sense. */
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

/** The preset that settings were made with, as far as can be told from them. */
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

/** What a recogniser is called where it is used. Empty for none. */
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
