// What is drawn from HMAC-SHA-256, for both programs that mask.
import { createHmac } from "node:crypto";

const KEY = Buffer.alloc(32, 0x2b);

const GIVEN = "Alma Bruno Carla Dario Edda Fabian Greta Hanno Ilka Jonas Katrin Lennart Maren Nils Olga Paul".split(" ");
const FAMILY = "Adler Berger Conradi Dahl Ebert Falk Gruber Heller Imhof Jung Koch Lange Maurer Neumann Ott Peters".split(" ");
const STREETS = "Birkenweg Eichenallee Feldstrasse Gartenweg Hauptstrasse Kirchgasse Marktplatz Parkweg".split(" ");
const TOWNS = "Aachen Bremen Coburg Dessau Erfurt Fulda Gera Hameln".split(" ");
const WORDS = "account balance charge delivery entry fee goods invoice january order payment service".split(" ");
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

const mac = (kind, value) => createHmac("sha256", KEY).update(kind).update(value).digest();

export const name = (value) => {
  const bytes = mac("name", value);
  return `${GIVEN[bytes[0] & 15]} ${FAMILY[bytes[1] & 15]}`;
};
export const street = (value) => STREETS[mac("street", value)[0] & 7];
export const town = (value) => TOWNS[mac("town", value)[0] & 7];
export const digits = (kind, value, length) => {
  const bytes = mac(kind, value);
  let out = "";
  for (let i = 0; i < length; i++) out += bytes[i] % 10;
  return out;
};
export const postcode = (value) => digits("postcode", value, value.length);
/** A token: country, digits that fit nothing, as long as before. */
export const iban = (value) => value.slice(0, 2) + digits("iban", value, value.length - 2);
export const bic = (value) => {
  const bytes = mac("bic", value.slice(0, 8));
  const letter = (at) => LETTERS[bytes[at] % 26];
  return letter(0) + letter(1) + letter(2) + letter(3) + value.slice(4, 6) + letter(4) + letter(5) + value.slice(8);
};
export const uetr = (value) => {
  const hex = mac("uetr", value).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
export const reference = (value) => mac("reference", value).toString("hex").slice(0, 16).toUpperCase();
export const text = (value) => {
  const bytes = mac("text", value);
  let out = WORDS[bytes[0] % 12];
  for (let i = 1; i <= value.length >> 3; i++) out += ` ${WORDS[bytes[i] % 12]}`;
  return out;
};
