/** Check digits of identifiers, computed here independently of the engines, so that the corpus does not trust what it tests. */

/** IBAN (ISO 13616, mod 97) around a BBAN. */
export function iban(country: string, bban: string): string {
  const check = 98n - (BigInt(numeric(`${bban}${country}00`)) % 97n);
  return `${country}${String(check).padStart(2, "0")}${bban}`;
}

/** LEI (ISO 17442) from its first 18 characters. */
export function lei(prefix: string): string {
  return prefix + String(98n - (BigInt(numeric(`${prefix}00`)) % 97n)).padStart(2, "0");
}

/** Appends the Luhn digit. */
export function pan(digits: string): string {
  let sum = 0;
  [...digits].reverse().forEach((digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return digits + String((10 - (sum % 10)) % 10);
}

/** Belgium: ten digits and their remainder by 97. */
export function belgianBban(digits: string): string {
  const remainder = BigInt(digits) % 97n;
  return digits + String(remainder === 0n ? 97n : remainder).padStart(2, "0");
}

/** Spain: bank, branch, account with two weighted digits between. */
export function spanishBban(bank: string, branch: string, account: string): string {
  return bank + branch + spanishDigit(`00${bank}${branch}`) + spanishDigit(account) + account;
}

/** France: bank, branch, account (digits only), key. */
export function frenchBban(bank: string, branch: string, account: string): string {
  const key = 97n - ((89n * BigInt(bank) + 15n * BigInt(branch) + 3n * BigInt(account)) % 97n);
  return bank + branch + account + String(key).padStart(2, "0");
}

/** Italy: check letter, ABI, CAB, account. */
export function italianBban(abi: string, cab: string, account: string): string {
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
  const sum = [...(abi + cab + account)].reduce((total, digit, index) => total + (index % 2 === 0 ? (odd[Number(digit)] as number) : Number(digit)), 0);
  return String.fromCharCode(65 + (sum % 26)) + abi + cab + account;
}

/** Norway: ten digits and a mod 11 digit; undefined where that digit would be ten. */
export function norwegianBban(digits: string): string {
  const weights = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (weights[index] as number), 0);
  const check = (11 - (sum % 11)) % 11;
  if (check === 10) throw new Error(`no Norwegian account begins with ${digits}`);
  return digits + String(check);
}

/** Portugal: bank, branch, account, two digits mod 97. */
export function portugueseBban(digits: string): string {
  return digits + String(98n - (BigInt(`${digits}00`) % 97n)).padStart(2, "0");
}

/** Poland: the eighth digit checks the bank's seven. */
export function polishBban(bank: string, account: string): string {
  const weights = [3, 9, 7, 1, 3, 9, 7];
  const sum = [...bank].reduce((total, digit, index) => total + Number(digit) * (weights[index] as number), 0);
  return bank + String((10 - (sum % 10)) % 10) + account;
}

function spanishDigit(digits: string): string {
  const weights = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (weights[index] as number), 0);
  const check = 11 - (sum % 11);
  return check === 11 ? "0" : check === 10 ? "1" : String(check);
}

function numeric(text: string): string {
  return [...text].map((character) => (character >= "A" ? String(character.charCodeAt(0) - 55) : character)).join("");
}
