/** Long enough for the slowest browser to begin the download. */
const KEPT_MS = 60_000;

/** Gives a file to the browser as a download. */
export function downloadFile({ name, content }: { readonly name: string; readonly content: Blob }): void {
  const href = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
}
