import { t } from '../../i18n/i18n.ts';
import { useOtherSide, useSides } from '../app-context.ts';
import { LevelMeter } from '../meter/LevelMeter.tsx';
import { Opening } from './Opening.tsx';
import { OtherSideLine } from './OtherSideLine.tsx';
import { SoundElsewhereNote } from './SoundElsewhereNote.tsx';

/** The other side's source before a recording: what it is, how loud, and how to get it. */
export function OtherSideField() {
  const isPossible = useSides().includes('assistant');
  const isOpenedAnew = useOtherSide(({ status }) => status.kind === 'opening' && status.before !== undefined);
  return (
    <fieldset className="field other-side">
      <legend>{t('otherSide.label')}</legend>
      <Opening when={isOpenedAnew}>{t('otherSide.opening')}</Opening>
      <OtherSideLine steady />
      <SoundElsewhereNote />
      {isPossible && <LevelMeter track="assistant" />}
    </fieldset>
  );
}
