/** Words of names in normal form: small letters, umlauts and initials in one spelling. */

/** `ae`, `oe` and `ue` as `a`, `o` and `u`: umlauts are written all three ways. */
export const shorten = (word: string): string => word.replaceAll(/([aou])e/g, "$1");

/** Single letters that follow one another are one word: S. A. is SA. */
export function joinInitials(words: readonly string[]): string[] {
  const out: string[] = [];
  let isRun = false;
  for (const word of words) {
    const isSingle = word.length === 1 && word >= "a" && word <= "z";
    if (isSingle && isRun) out[out.length - 1] += word;
    else out.push(word);
    isRun = isSingle;
  }
  return out;
}

/** ASCII letters alone. */
export const lowerCase = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));

/** The words of an entry of the lists, which is of ASCII letters, spaces and hyphens, each in normal form. */
export const entryWords = (entry: string): string[] => lowerCase(entry).split(/[ -]/).map(shorten);

/** The word form of an entry of the lists. */
export const entryForm = (entry: string): string => joinInitials(entryWords(entry)).join(" ");

/** Whether an ASCII digit stands in a word. */
export const hasDigit = (word: string): boolean => /[0-9]/.test(word);
