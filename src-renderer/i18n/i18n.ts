import { createInstance } from 'i18next';
import en from '../../resources/locales/en.json' with { type: 'json' };

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

const instance = createInstance();
void instance.init({
  lng: 'en',
  resources: { en: { translation: en } },
  // React escapes what it shows.
  interpolation: { escapeValue: false },
  initAsync: false,
});

export const t = instance.t;
