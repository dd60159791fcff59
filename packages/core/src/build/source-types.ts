/** The values of `SourceType` that need no `DetailedSource` (Manifest page). */
export const SOURCE_TYPES = [
  "AmazonS3",
  "AzureStorage",
  "Box",
  "Dropbox",
  "Egnyte",
  "FileShare",
  "GoogleCloudStorage",
  "GoogleDrive",
  "MicrosoftStream",
  "OneDrive",
  "SharePointOnline",
  "SharePointOnPremServer",
] as const;
