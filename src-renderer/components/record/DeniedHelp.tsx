import { t } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { platformOf } from '../platform.ts';
import { HelpSteps } from './HelpSteps.tsx';

const BROWSER_NAMES = { chromium: 'Chrome', firefox: 'Firefox', safari: 'Safari' } as const;

/** How to allow the microphone where this page runs. */
export function DeniedHelp() {
  const app = useApp();
  const { system, browser } = platformOf(navigator.userAgent);
  const desktop = app.shell === 'desktop';
  const program = desktop ? t('app.name') : BROWSER_NAMES[browser];
  return (
    <>
      {!desktop && (
        <>
          <h3>{t('problem.microphone.help.deniedBrowserHeading')}</h3>
          <HelpSteps steps={t(`problem.microphone.help.denied.${browser}`, { returnObjects: true })} />
        </>
      )}
      <h3>
        {desktop
          ? t('problem.microphone.help.deniedDesktopHeading')
          : t('problem.microphone.help.deniedSystemHeading')}
      </h3>
      <HelpSteps steps={t(`problem.microphone.help.denied.${system}`, { returnObjects: true, program })} />
    </>
  );
}
