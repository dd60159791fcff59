/** The machine's clock, for tokens that expire and dates to wait for: the default of `now`, and the one place in http. */
export const systemNow: () => Date = () => new Date();
