import { guidOf } from "@primepack/core/http";
import { isMailNickname, isUserPrincipalName } from "../identity-forms.ts";

/** A value as it is sent, or what it must be, to stand behind the name of its column. */
export type CheckedValue =
  | { readonly value: string; readonly constraint?: never }
  | { readonly value?: never; readonly constraint: string };

export type ValueCheck = (text: string) => CheckedValue;

/** Characters of a UPN, before its `@` and behind it: Entra's limits of user names. */
const UPN_MAX_LENGTH = 113;
const UPN_USER_MAX_LENGTH = 64;
const UPN_DOMAIN_MAX_LENGTH = 48;

/** In composed form, as its key is compared. */
export const checkUserPrincipalName: ValueCheck = (text) => {
  const upn = text.normalize("NFC");
  if (!isUserPrincipalName(upn)) return { constraint: "must be a user principal name like ana@contoso.com" };
  const [user = "", domain = ""] = upn.split("@");
  if ([upn, user, domain].some((part, index) => part.length > (upnLimits[index] ?? 0))) {
    return {
      constraint: `must have at most ${UPN_USER_MAX_LENGTH} characters before its @, ${UPN_DOMAIN_MAX_LENGTH} behind it and ${UPN_MAX_LENGTH} in all`,
    };
  }
  return { value: upn };
};

const upnLimits: readonly number[] = [UPN_MAX_LENGTH, UPN_USER_MAX_LENGTH, UPN_DOMAIN_MAX_LENGTH];

/** In lower case, without braces. */
export const checkGuid: ValueCheck = (text) => {
  const guid = guidOf(text);
  return guid === undefined
    ? { constraint: "must be a GUID like 5c5e6d3f-54a5-4b0f-9d3c-0f6c2f9d7a11, and not the empty one" }
    : { value: guid };
};

/** One `@`, neither white space nor control characters nor what separates addresses; the domain of whole labels. */
const MAIL_ADDRESS = /^[^\s@()<>,;:\\"[\]\p{Cc}\p{Cs}]{1,64}@(?!-)[\p{L}\p{N}\p{M}-]+(?:\.[\p{L}\p{N}\p{M}-]+)+$/u;
/** Characters; RFC 5321, 4.5.3.1.3 (a path without its brackets). */
const MAIL_ADDRESS_MAX_LENGTH = 254;

export const checkMailAddress: ValueCheck = (text) => {
  const address = text.normalize("NFC");
  return address.length <= MAIL_ADDRESS_MAX_LENGTH && MAIL_ADDRESS.test(address)
    ? { value: address }
    : {
        constraint: `must be a mail address like ana@contoso.com of at most ${MAIL_ADDRESS_MAX_LENGTH} characters`,
      };
};

export const checkMailNickname: ValueCheck = (text) =>
  isMailNickname(text)
    ? { value: text }
    : { constraint: 'must be a mail nickname: at most 64 characters of ASCII, without @()\\[]";:<>, and spaces' };

/** One of these, in whatever case; it is sent as documented. */
export function checkOneOf(values: readonly string[]): ValueCheck {
  return (text) => {
    const value = values.find((one) => one.toLowerCase() === text.toLowerCase());
    return value === undefined ? { constraint: `must be one of ${values.join(", ")}` } : { value };
  };
}
