import type { RecogniserSettings } from '../contract/processing.ts';
import { createCommandRecogniser } from './command-recogniser.ts';
import { lastingFailure } from './failures.ts';
import { createOpenAiRecogniser } from './openai-recogniser.ts';
import type { Recogniser, RecogniserTools } from './recogniser.ts';

/** Creates the recogniser of these settings. */
export function createRecogniser(settings: RecogniserSettings, tools: RecogniserTools): Recogniser {
  switch (settings.kind) {
    case 'none':
      return noRecogniser;
    case 'command':
      return createCommandRecogniser(settings, tools);
    case 'openai':
      return createOpenAiRecogniser(settings, tools);
  }
}

const noRecogniser: Recogniser = {
  givesTimes: false,
  recognise: async () => {
    throw lastingFailure('RECOGNISER_NOT_SET', 'No recogniser has been chosen. Choose one in Settings');
  },
};
