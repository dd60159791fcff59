const patterns: readonly [RegExp, string][] = [
  // What signs a URL, of a SAS or of other services that inventories take contents from; the rest of the query (rights,
  // times) is no secret and helps to find a fault.
  [
    /(^|[^a-z0-9_-])((?:sig|signature|x-(?:amz|goog)-signature|x-amz-security-token|tempauth|access_token)=)[^&\s"'<>;]+/gi,
    "$1$2[redacted]",
  ],
  // The password of a URL.
  [/(:\/\/[^\s/?#:@"']*:)[^\s/?#@"']+@/g, "$1[redacted]@"],
  [/((?:AccountKey|SharedAccessSignature)=)[^;\s"']+/gi, "$1[redacted]"],
  [/\b((?:Bearer|SharedKey(?:Lite)?)\s+)[A-Za-z0-9._~+/:=-]{8,}/g, "$1[redacted]"],
  [/("AES256CBCKey"\s*:\s*")[^"]*/gi, "$1[redacted]"],
];

/**
 * The text without signatures of URLs, passwords in them, account keys and bearer tokens: for messages that come from
 * other software.
 */
export function redact(text: string): string {
  let result = text;
  for (const [pattern, replacement] of patterns) result = result.replace(pattern, replacement);
  return result;
}
