/** Long enough for the slowest browser to have begun. */
const KEPT_MS = 60_000;

/** Hands a file to the browser, to be saved like any download. */
export function downloadFile({ name, content }: { readonly name: string; readonly content: Blob }): void {
  const href = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
}
