/**
 * Between one `@` names as RFC 822, on which UPNs are based (Graph's user resource page), makes them up: no white space,
 * no control characters, none of `( ) < > , ; : \ " [ ]`; the domain of two labels or more. Characters beyond ASCII pass:
 * Graph's pages disagree on them.
 */
const UPN =
  /^[^\s@()<>,;:\\"[\]\p{Cc}\p{Cs}]+@[^\s@()<>,;:\\"[\]\p{Cc}\p{Cs}.]+(?:\.[^\s@()<>,;:\\"[\]\p{Cc}\p{Cs}.]+)+$/u;

/** Characters; the longest that directories hold. */
const UPN_MAX_LENGTH = 1024;

/** Whether a text has the form of a user principal name, `ana@contoso.com`; whether there is such a user it can't tell. */
export function isUserPrincipalName(text: string): boolean {
  return text.length <= UPN_MAX_LENGTH && UPN.test(text);
}

/** Graph's group resource page: ASCII without `@ ( ) \ [ ] " ; : < > ,` and space, at most 64 characters. */
const MAIL_NICKNAME = /^[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]{1,64}$/;

/** Whether a text can be the mail nickname (alias) of a group. */
export function isMailNickname(text: string): boolean {
  return MAIL_NICKNAME.test(text);
}
