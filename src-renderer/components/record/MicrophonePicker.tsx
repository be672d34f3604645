import { t } from '../../i18n/i18n.ts';
import { microphoneName } from '../../i18n/microphone-name.ts';
import { readySource } from '../../recording/capture-source.ts';
import { chooseMicrophone } from '../../recording/choose-microphone.ts';
import { useApp, useMicrophone, useSettings } from '../app-context.ts';
import { Opening } from './Opening.tsx';

const SYSTEM_DEFAULT = '';
const ABSENT = 'absent';

/** The chosen microphone stays chosen while it is away; a line names the one that is used instead. */
export function MicrophonePicker() {
  const app = useApp();
  const { status, available, missing } = useMicrophone((state) => state);
  const remembered = useSettings((state) => state.settings.microphone);
  const systemDefault = available.find((microphone) => microphone.isDefault)?.label ?? '';
  const source = readySource(status);
  const value =
    remembered === null ? SYSTEM_DEFAULT : (chooseMicrophone(remembered, available).deviceId ?? ABSENT);

  const choose = (deviceId: string) => {
    const chosen = available.find((microphone) => microphone.deviceId === deviceId);
    const microphone = chosen === undefined ? null : { device_id: deviceId, label: chosen.label };
    void app.updateSettings({ microphone });
  };

  return (
    <div className="field">
      <label htmlFor="microphone">{t('microphone.label')}</label>
      <Opening when={status.kind === 'opening'}>{t('microphone.opening')}</Opening>
      <select id="microphone" value={value} onChange={(event) => choose(event.target.value)}>
        <option value={SYSTEM_DEFAULT}>
          {systemDefault === ''
            ? t('microphone.default')
            : t('microphone.defaultNamed', { name: systemDefault })}
        </option>
        {value === ABSENT && remembered !== null && (
          <option value={ABSENT} disabled>
            {t('microphone.absent', { name: remembered.label })}
          </option>
        )}
        {available.map(({ deviceId, label }, index) => (
          <option key={deviceId} value={deviceId}>
            {label === '' ? t('microphone.unnamed', { number: index + 1 }) : label}
          </option>
        ))}
      </select>
      <p className="hint" role="status">
        {missing !== null &&
          source !== undefined &&
          t('microphone.standIn', { missing, name: microphoneName(source.label) })}
      </p>
    </div>
  );
}
