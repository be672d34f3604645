import type { Pactl } from './pactl.ts';
import { ownerOf } from './pulse-names.ts';

/** What of a sound server concerns us. */
export interface PulseState {
  /** False where it runs on another machine, whose processes are not to be told apart here. */
  readonly isLocal: boolean;
  /** The source that carries what the default output plays, where there is one. */
  readonly monitor: { readonly name: string; readonly source: number } | undefined;
  /** Modules that a Lectern has loaded. */
  readonly devices: readonly { readonly module: number; readonly pid: number }[];
  /** Sources by name. */
  readonly sources: ReadonlyMap<string, number>;
  /** Streams that take from a source. */
  readonly outputs: readonly SourceOutput[];
}

export interface SourceOutput {
  readonly index: number;
  readonly source: number | undefined;
  /** The module whose stream it is. */
  readonly module: number | undefined;
}

export async function readPulseState(pactl: Pactl): Promise<PulseState> {
  const [info, modules, sources, outputs] = await Promise.all([
    pactl('info'),
    pactl('list', 'short', 'modules'),
    pactl('list', 'short', 'sources'),
    pactl('list', 'source-outputs'),
  ]);
  const facts = fieldsOf(info);
  const sourcesByName = new Map(
    rowsOf(sources).map(([index = '', name = '']): [string, number] => [name, Number(index)]),
  );
  const monitor = `${facts.get('Default Sink') ?? ''}.monitor`;
  const source = sourcesByName.get(monitor);
  return {
    isLocal: facts.get('Is Local') !== 'no',
    monitor: source === undefined ? undefined : { name: monitor, source },
    devices: rowsOf(modules).flatMap(([index = '', name = '', argument = '']) => {
      const pid = ownerOf(name, argument);
      return pid === undefined ? [] : [{ module: Number(index), pid }];
    }),
    sources: sourcesByName,
    outputs: parseOutputs(outputs),
  };
}

function rowsOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, key, value] = /^\s*([^:=]+): ?(.*)$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );
}

/** One paragraph a stream, its number in the first line. */
function parseOutputs(text: string): readonly SourceOutput[] {
  return text.split(/^(?=Source Output #)/m).flatMap((paragraph) => {
    const index = /^Source Output #(\d+)/.exec(paragraph)?.[1];
    if (index === undefined) return [];
    const fields = fieldsOf(paragraph);
    return [
      {
        index: Number(index),
        source: numberOrNone(fields.get('Source')),
        module: numberOrNone(fields.get('Owner Module')),
      },
    ];
  });
}

function numberOrNone(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
