import { t } from '../../i18n/i18n.ts';
import { useSides } from '../app-context.ts';
import { LevelMeter } from '../meter/LevelMeter.tsx';
import { OtherSideLine } from './OtherSideLine.tsx';
import { SoundElsewhereNote } from './SoundElsewhereNote.tsx';

/** The other side's source before it is recorded: what it is, how loud, and how to come by it. */
export function OtherSideField() {
  const isPossible = useSides().includes('assistant');
  return (
    <fieldset className="field other-side">
      <legend>{t('otherSide.label')}</legend>
      <OtherSideLine />
      <SoundElsewhereNote />
      {isPossible && <LevelMeter track="assistant" />}
    </fieldset>
  );
}
