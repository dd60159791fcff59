/** That of this package, for the User-Agent. */
export const PACKAGE_VERSION = "0.1.0";
