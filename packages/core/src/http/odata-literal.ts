/** A text as it stands in the URL of an OData request: in single quotes, those in it doubled, percent-encoded. */
export function odataLiteral(text: string): string {
  return encodeURIComponent(`'${text.replaceAll("'", "''")}'`).replaceAll("'", "%27");
}
