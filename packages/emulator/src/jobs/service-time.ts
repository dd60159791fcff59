/** `MM/dd/yyyy HH:mm:ss.fff` in UTC, as SharePoint's events and logs have times, from ISO 8601 (UTC, milliseconds). */
export function serviceTime(iso: string): string {
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${iso.slice(11, 23)}`;
}
