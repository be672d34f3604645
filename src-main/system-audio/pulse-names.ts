import { SYSTEM_AUDIO_LABEL } from '../contract/system-audio.ts';

const SOURCE_PREFIX = 'lectern_system_audio_';

export function sourceName(pid: number): string {
  return `${SOURCE_PREFIX}${pid}`;
}

export function deviceLabel(pid: number): string {
  return `${SYSTEM_AUDIO_LABEL}-${pid}`;
}

/** The arguments of `load-module`. Names have no spaces: sound servers quote those differently. */
export function moduleArguments(pid: number, monitor: string): readonly string[] {
  return [
    'module-remap-source',
    `master=${monitor}`,
    `source_name=${sourceName(pid)}`,
    `source_properties=device.description=${deviceLabel(pid)}`,
  ];
}

/** The process that loaded a module, where kind and name are ours. */
export function ownerOf(moduleName: string, argument: string): number | undefined {
  if (moduleName !== 'module-remap-source') return undefined;
  const pid = new RegExp(`(?:^|\\s)source_name=["']?${SOURCE_PREFIX}(\\d{1,10})["']?(?:\\s|$)`).exec(
    argument,
  )?.[1];
  return pid === undefined ? undefined : Number(pid);
}
