import type { ExportedTranscript } from '../../../src-main/contract/transcript.ts';

/** Long enough for the slowest browser to have begun. */
const KEPT_MS = 60_000;

/** Hands a text to the browser, to be saved like any download. */
export function downloadText({ file_name: name, media_type: type, text }: ExportedTranscript): void {
  const href = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
}
