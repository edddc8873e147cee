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
