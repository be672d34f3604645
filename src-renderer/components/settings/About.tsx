import type { EncoderInfo } from '../../../src-main/contract/app-info.ts';
import { t } from '../../i18n/i18n.ts';
import { useSettings } from '../app-context.ts';

export function About() {
  const info = useSettings((state) => state.info);
  if (info === null) return null;
  const { encoder } = info;
  const facts = [
    [t('settings.version'), info.version],
    [t('settings.shell'), t(`settings.shells.${info.shell}`)],
    [t('settings.encoder'), encoderWords(encoder)],
    ['', t('settings.encoderFormats', { formats: formatList(encoder) })],
    [t('settings.dataFolder'), info.data_dir],
  ] as const;
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={value}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const KNOWN_SOURCES = ['LECTERN_FFMPEG', 'ffmpeg-static', 'PATH', 'mediabunny'] as const;

function encoderWords({ kind, source, version }: EncoderInfo): string {
  const known = KNOWN_SOURCES.find((name) => name === source);
  const from =
    known === undefined ? t('settings.encoderFrom.other', { source }) : t(`settings.encoderFrom.${known}`);
  return `${t(`settings.encoderKind.${kind}`)}, ${from}: ${version}`;
}

function formatList({ formats }: EncoderInfo): string {
  return formats.map((format) => t(`record.formats.${format}`)).join(', ');
}
