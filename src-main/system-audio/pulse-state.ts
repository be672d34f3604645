import type { Pactl } from './pactl.ts';
import { ownerOf } from './pulse-names.ts';

/** The part of a sound server's state that we use. */
export interface PulseState {
  /** False where it runs on another machine, whose processes cannot be identified here. */
  readonly isLocal: boolean;
  /** The name of the default output. */
  readonly defaultSink: string | undefined;
  /** Outputs, each with the source that carries its sound. */
  readonly sinks: readonly Sink[];
  /** Streams that play on an output. */
  readonly players: readonly Player[];
  /** Modules that any Lectern has loaded. */
  readonly devices: readonly { readonly module: number; readonly pid: number }[];
  /** Sources by name. */
  readonly sources: ReadonlyMap<string, number>;
  /** Streams that record from a source. */
  readonly outputs: readonly SourceOutput[];
}

export interface Sink {
  readonly index: number;
  readonly name: string;
  readonly label: string;
  readonly monitor: { readonly name: string; readonly source: number };
}

export interface Player {
  readonly sink: number | undefined;
  /** Neither paused nor muted. */
  readonly isHeard: boolean;
  /** The program that owns the stream; undefined for the sound server's own modules. */
  readonly client: number | undefined;
}

export interface SourceOutput {
  readonly index: number;
  readonly source: number | undefined;
  /** The module that owns the stream. */
  readonly module: number | undefined;
}

export async function readPulseState(pactl: Pactl): Promise<PulseState> {
  const [info, modules, sources, outputs, sinks, inputs] = await Promise.all([
    pactl('info'),
    pactl('list', 'short', 'modules'),
    pactl('list', 'short', 'sources'),
    pactl('list', 'source-outputs'),
    pactl('list', 'sinks'),
    pactl('list', 'sink-inputs'),
  ]);
  const facts = fieldsOf(info);
  const sourcesByName = new Map(
    rowsOf(sources).map(([index = '', name = '']): [string, number] => [name, Number(index)]),
  );
  return {
    isLocal: facts.get('Is Local') !== 'no',
    defaultSink: facts.get('Default Sink'),
    sinks: parseSinks(sinks, sourcesByName),
    players: paragraphsOf(inputs, 'Sink Input').map(({ fields }) => ({
      sink: numberOrNone(fields.get('Sink')),
      isHeard: fields.get('Corked') !== 'yes' && fields.get('Mute') !== 'yes',
      client: numberOrNone(fields.get('Client')),
    })),
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

function parseOutputs(text: string): readonly SourceOutput[] {
  return paragraphsOf(text, 'Source Output').map(({ index, fields }) => ({
    index,
    source: numberOrNone(fields.get('Source')),
    module: numberOrNone(fields.get('Owner Module')),
  }));
}

function parseSinks(text: string, sources: ReadonlyMap<string, number>): readonly Sink[] {
  return paragraphsOf(text, 'Sink').flatMap(({ index, fields }) => {
    const name = fields.get('Name');
    const monitor = fields.get('Monitor Source') ?? '';
    const source = sources.get(monitor);
    if (name === undefined || source === undefined) return [];
    return [{ index, name, label: fields.get('Description') ?? name, monitor: { name: monitor, source } }];
  });
}

/** One paragraph for each object, with its kind and number in the first line. */
function paragraphsOf(
  text: string,
  kind: string,
): readonly { readonly index: number; readonly fields: ReadonlyMap<string, string> }[] {
  return text.split(new RegExp(`^(?=${kind} #)`, 'm')).flatMap((paragraph) => {
    const index = new RegExp(`^${kind} #(\\d+)`).exec(paragraph)?.[1];
    return index === undefined ? [] : [{ index: Number(index), fields: fieldsOf(paragraph) }];
  });
}

function numberOrNone(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
