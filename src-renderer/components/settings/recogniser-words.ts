import { t } from '../../i18n/i18n.ts';
import { presetOf } from '../../store/recogniser-draft.ts';

/** The name of a choice; known recognisers keep their own names. */
export function choiceName(choice: string): string {
  if (choice === 'none' || choice === 'program' || choice === 'server')
    return t(`recogniser.choices.${choice}`);
  return presetOf(choice)?.name ?? choice;
}
