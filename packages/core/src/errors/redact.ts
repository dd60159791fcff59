const patterns: readonly [RegExp, string][] = [
  // What signs a URL, of a SAS or of other services that inventories take contents from, in whichever of JSON's or URLs'
  // encodings; the rest of the query (rights, times) is no secret and helps to find a fault.
  [
    /(^|[^a-z0-9_-]|%26|%3F|\\u0026)((?:sig|signature|x-(?:amz|goog)-signature|x-amz-security-token|tempauth|access_token)(?:=|%3D))(?:(?!%26|\\u0026)[^&\s"'<>;])+/gi,
    "$1$2[redacted]",
  ],
  // The password of a URL.
  [/(:\/\/[^\s/?#:@"']*:)[^\s/?#@"']+@/g, "$1[redacted]@"],
  [/((?:AccountKey|SharedAccessSignature)=)[^;\s"']+/gi, "$1[redacted]"],
  [/\b((?:Bearer|SharedKey(?:Lite)?)\s+)[A-Za-z0-9._~+/:=-]{8,}/g, "$1[redacted]"],
  // What proves who somebody is to a login service, in forms and JSON ("OAuth 2.0", RFC 6749, RFC 7521).
  [/\b((?:client_secret|client_assertion|refresh_token|assertion|password)=)[^&\s"'<>;]+/gi, "$1[redacted]"],
  [
    /("(?:client_secret|client_assertion|refresh_token|access_token|assertion|password)"\s*:\s*")[^"]*/gi,
    "$1[redacted]",
  ],
  // A JSON Web Token, wherever it stands.
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g, "[redacted]"],
  [/("(?:AES256CBCKey|encryptionKey)"\s*:\s*")[^"]*/gi, "$1[redacted]"],
  // 32 bytes in base64: keys of packages and signatures of SAS, in whatever words a service repeats them.
  [/(^|[^A-Za-z0-9+/=_-])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])/g, "$1[redacted]"],
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
