package bauta.peers;

import java.nio.charset.StandardCharsets;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.fpe.FPEFF1Engine;
import org.bouncycastle.crypto.params.FPEParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/** FF1 of Bouncy Castle for identifiers; names, addresses and texts from lists by HMAC. Engines are set up once and used again. */
final class Masks {
  private static final byte[] KEY = new byte[32];
  private static final byte[] NO_TWEAK = new byte[0];
  private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  static {
    java.util.Arrays.fill(KEY, (byte) 0x2b);
  }

  private static final String[] GIVEN = "Alma Bruno Carla Dario Edda Fabian Greta Hanno Ilka Jonas Katrin Lennart Maren Nils Olga Paul".split(" ");
  private static final String[] FAMILY = "Adler Berger Conradi Dahl Ebert Falk Gruber Heller Imhof Jung Koch Lange Maurer Neumann Ott Peters".split(" ");
  private static final String[] STREETS = "Birkenweg Eichenallee Feldstrasse Gartenweg Hauptstrasse Kirchgasse Marktplatz Parkweg".split(" ");
  private static final String[] TOWNS = "Aachen Bremen Coburg Dessau Erfurt Fulda Gera Hameln".split(" ");
  private static final String[] WORDS = "account balance charge delivery entry fee goods invoice january order payment service".split(" ");

  static final String LESS =
      "FPE for IBANs, BICs, UETR and reference; national check digits of a French account become wrong; digits of a reference become letters; "
          + "names from lists of 16; no check of what it keeps";

  private final FPEFF1Engine decimal = engine(10);
  private final FPEFF1Engine hexadecimal = engine(16);
  private final FPEFF1Engine alphanumeric = engine(36);
  private final Mac mac;

  Masks() throws Exception {
    mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
  }

  private static FPEFF1Engine engine(int radix) {
    FPEFF1Engine engine = new FPEFF1Engine();
    engine.init(true, new FPEParameters(new KeyParameter(KEY), radix, NO_TWEAK));
    return engine;
  }

  private static String encrypted(FPEFF1Engine engine, String text) {
    byte[] digits = new byte[text.length()];
    for (int i = 0; i < digits.length; i++) digits[i] = (byte) Character.digit(text.charAt(i), 36);
    engine.processBlock(digits, 0, digits.length, digits, 0);
    for (int i = 0; i < digits.length; i++) digits[i] = (byte) DIGITS.charAt(digits[i]);
    return new String(digits, StandardCharsets.ISO_8859_1);
  }

  String iban(String value) {
    String country = value.substring(0, 2);
    String account = encrypted(decimal, value.substring(4));
    int check = 98 - remainder(account + country + "00");
    return country + (check < 10 ? "0" : "") + check + account;
  }

  private static int remainder(String text) {
    int rest = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = Character.digit(text.charAt(i), 36);
      rest = (rest * (digit > 9 ? 100 : 10) + digit) % 97;
    }
    return rest;
  }

  String bic(String value) {
    String open = encrypted(alphanumeric, value.substring(0, 4) + value.substring(6, 8));
    return open.substring(0, 4) + value.substring(4, 6) + open.substring(4) + value.substring(8);
  }

  /** The version and the variant stay: 30 of 32 digits. */
  String uetr(String value) {
    String digits = value.replace("-", "");
    String open = encrypted(hexadecimal, digits.substring(0, 12) + digits.substring(13, 16) + digits.substring(17)).toLowerCase(java.util.Locale.ROOT);
    return open.substring(0, 8) + "-" + open.substring(8, 12) + "-4" + open.substring(12, 15) + "-" + digits.charAt(16) + open.substring(15, 18)
        + "-" + open.substring(18);
  }

  /** Letters and digits are encrypted as one number of radix 36; what stands between them stays. */
  String reference(String value) {
    StringBuilder plain = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) if (Character.isLetterOrDigit(value.charAt(i))) plain.append(value.charAt(i));
    String open = encrypted(alphanumeric, plain.toString());
    StringBuilder out = new StringBuilder(value.length());
    int at = 0;
    for (int i = 0; i < value.length(); i++) out.append(Character.isLetterOrDigit(value.charAt(i)) ? open.charAt(at++) : value.charAt(i));
    return out.toString();
  }

  private byte[] mac(String kind, String value) {
    mac.update(kind.getBytes(StandardCharsets.UTF_8));
    return mac.doFinal(value.getBytes(StandardCharsets.UTF_8));
  }

  String name(String value) {
    byte[] bytes = mac("name", value);
    return GIVEN[bytes[0] & 15] + " " + FAMILY[bytes[1] & 15];
  }

  String street(String value) {
    return STREETS[mac("street", value)[0] & 7];
  }

  String town(String value) {
    return TOWNS[mac("town", value)[0] & 7];
  }

  String postcode(String value) {
    byte[] bytes = mac("postcode", value);
    StringBuilder out = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) out.append((char) ('0' + (bytes[i] & 255) % 10));
    return out.toString();
  }

  String text(String value) {
    byte[] bytes = mac("text", value);
    StringBuilder out = new StringBuilder(WORDS[(bytes[0] & 255) % 12]);
    for (int i = 1; i <= value.length() / 8; i++) out.append(' ').append(WORDS[(bytes[i] & 255) % 12]);
    return out.toString();
  }
}
