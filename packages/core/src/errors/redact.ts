const patterns: readonly [RegExp, string][] = [
  // The signature of a SAS; the rest of the query (rights, times) is no secret and helps to find a fault.
  [/([?&;]sig=)[^&\s"'<>;]+/gi, "$1[redacted]"],
  [/((?:AccountKey|SharedAccessSignature)=)[^;\s"']+/gi, "$1[redacted]"],
  [/\b((?:Bearer|SharedKey(?:Lite)?)\s+)[A-Za-z0-9._~+/:=-]{8,}/g, "$1[redacted]"],
  [/("AES256CBCKey"\s*:\s*")[^"]*/gi, "$1[redacted]"],
];

/** The text without SAS signatures, account keys and bearer tokens: for messages that come from other software. */
export function redact(text: string): string {
  let result = text;
  for (const [pattern, replacement] of patterns) result = result.replace(pattern, replacement);
  return result;
}
