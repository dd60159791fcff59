/** Whether a text is the https URL of a site: absolute, without user, query and fragment. */
export function isSiteUrl(text: string): boolean {
  if (!/^https:\/\/[^\s\\?#\p{Cc}\p{Cs}]+$/iu.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === "" && password === "";
}

/** The https origin that a text is, `https://contoso-my.sharepoint.com`; undefined for bare host names and for longer URLs. */
export function originOf(text: string): string | undefined {
  return isSiteUrl(text) && new URL(text).pathname === "/" ? new URL(text).origin : undefined;
}
