/** The people, companies and banks of the corpus. All of them are invented; so are their streets and towns. */
import {
  belgianBban,
  frenchBban,
  iban,
  italianBban,
  norwegianBban,
  pan,
  polishBban,
  portugueseBban,
  spanishBban,
} from "./check-digits.ts";

export interface Customer {
  readonly name: string;
  /** Lines of an unstructured address. */
  readonly address: readonly string[];
  readonly street: string;
  readonly town: string;
  readonly country: string;
  readonly account: string;
}

export interface Bank {
  readonly bic: string;
  readonly name: string;
  readonly town: string;
  readonly country: string;
  /** National clearing code and number, as field 52D or 57D has it behind `//`. */
  readonly clearing: string;
  readonly account: string;
}

function customer(name: string, street: string, postcode: string, town: string, country: string, account: string): Customer {
  return { name, street, town, country, account, address: [street, `${postcode} ${town}`.trim()] };
}

export const people: readonly Customer[] = [
  customer("ELARA QUENNFELD", "KESSELBRUCKER GASSE 14", "99817", "KESSELBRUCK", "DE", iban("DE", "990517310004471205")),
  customer("OSSIAN VANTREEK", "DUINHOEKERPAD 8 B", "9981 ZX", "DUINHOEK", "NL", iban("NL", "QORB0417164300")),
  customer("MIRELLA TASCONVALE", "VIA DEI TRE GELSI 27", "09998", "MONTESERRA", "IT", italianBbanIban("09981", "01604", "000000417205")),
  customer("HALVAR BRONNSTAD", "NORDRE SKAALVEIEN 3", "9998", "FJORDVIKA", "NO", iban("NO", norwegianBban("9981060471"))),
  customer("SOLENNE MARQUEVILLE", "12 RUE DU LAVOIR BLEU", "99810", "VALDROME-SUR-ISE", "FR", iban("FR", frenchBban("99817", "00417", "00004172051"))),
  customer("TIBALT ROSENQUIST", "GRANVIKSGATAN 41", "998 17", "GRANVIKEN", "SE", iban("SE", "99800000041720519988")),
  customer("YSOLDE HARTWICKE", "3 LANTERN MEWS", "ZZ9 9XQ", "PENMARROW", "GB", iban("GB", "ZYRK99817304172051")),
  customer("CASIMIR DOLENGA", "UL. WIERZBOWA 19/4", "99-817", "BRZEZOWIEC", "PL", iban("PL", polishBban("9981004", "0000417205199817"))),
  customer("XIMENA ALDORREZ", "CALLE DEL ALJIBE 6, 2 IZQ", "99817", "VILLASERENA", "ES", iban("ES", spanishBban("9981", "0417", "0000417205"))),
  customer("LUZIA BRANDEGGER", "ALTE SAUMGASSE 11", "9981", "OBERTANNALP", "CH", iban("CH", "09981000041720519")),
  customer("GOTTLIEB ANZENBRUNN", "AM KALKOFEN 5/TOP 2", "9981", "UNTERWALLSEE", "AT", iban("AT", "9981000004172051")),
  customer("LIEVE OOSTVELDERS", "TORENHOFLAAN 63", "9981", "ZEVENDIJKE", "BE", iban("BE", belgianBban("9980417205"))),
  customer("DUARTE PINHEIRAL", "RUA DA NORA VELHA 90", "9981-417", "SERRADEIRO", "PT", iban("PT", portugueseBban("9981041700004172051"))),
  customer("MARLOW P. TENNYSHAW", "1800 COPPER KETTLE RD", "", "ELLERY FALLS, ZZ 00998", "US", "0041720519981"),
  customer("NAOKI HIMURAYAMA", "4-17-2 TSUKIKAGE-CHO", "", "KITANOURA 998-0417", "JP", "998-0417205"),
  customer("DEVIKA RAMANATHPURI", "BLK 417 ORCHID CLOSE 09-81", "", "SINGAPORE 998041", "SG", "998-04172-05"),
];

export const companies: readonly Customer[] = [
  customer("QUENNFELD OPTIK GMBH", "LINSENSCHLEIFERWEG 2-4", "99817", "KESSELBRUCK", "DE", iban("DE", "990517310009981417")),
  customer("VANTREEK MARITIEM BV", "LOODSENKADE 172", "9981 ZA", "DUINHOEK", "NL", iban("NL", "QORB0998141720")),
  customer("TASCONVALE CERAMICHE SPA", "ZONA INDUSTRIALE LOTTO 17", "09998", "MONTESERRA", "IT", italianBbanIban("09981", "01604", "000099814172")),
  customer("BRONNSTAD SUBSEA AS", "KAIVEIEN 205", "9998", "FJORDVIKA", "NO", iban("NO", norwegianBban("9981069814"))),
  customer("PARFUMERIE MARQUEVILLE SARL", "44 QUAI DES ALAMBICS", "99810", "VALDROME-SUR-ISE", "FR", iban("FR", frenchBban("99817", "00417", "00099814172"))),
  customer("HARTWICKE AND DAUGHTERS LTD", "UNIT 17, TIDEGATE WORKS", "ZZ9 8XQ", "PENMARROW", "GB", iban("GB", "ZYRK99817399814172")),
  customer("DOLENGA MEBLE SP. Z O.O.", "UL. STOLARSKA 81", "99-818", "BRZEZOWIEC", "PL", iban("PL", polishBban("9981004", "0000998141720517"))),
  customer("ALDORREZ CITRICOS SL", "PARTIDA LA NORIA S/N", "99818", "VILLASERENA", "ES", iban("ES", spanishBban("9981", "0417", "0099814172"))),
  customer("BRANDEGGER UHREN AG", "ZEIGERSTRASSE 9", "9982", "OBERTANNALP", "CH", iban("CH", "09981000099814172")),
  customer("NORTHGLASS TURBINES INC", "417 BLADEWORKS AVE STE 205", "", "ELLERY FALLS, ZZ 00998", "US", "99814172051"),
  customer("KITSUNEZAKA TEA CO., LTD.", "1-7-2 CHABATAKE", "", "KITANOURA 998-0418", "JP", "998-0998141"),
  customer("ORCHIDVALE EXPORTS PTE LTD", "80 LANTERN QUAY 17-05", "", "SINGAPORE 998042", "SG", "998-98141-72"),
];

export const banks: readonly Bank[] = [
  bank("QUELDEFF", "QUELLBANK AG", "KESSELBRUCK", "DE", "BL99051731", "9905173100"),
  bank("QORBNL2A", "QORBANK NV", "DUINHOEK", "NL", "", "0417998100"),
  bank("XILOITMM", "CASSA XILONIA SPA", "MONTESERRA", "IT", "IT0998101604", "000000998101"),
  bank("YGDRNOKK", "YGGDRABANK ASA", "FJORDVIKA", "NO", "", "99810998101"),
  bank("XANTFRPP", "BANQUE XANTRELLE SA", "VALDROME-SUR-ISE", "FR", "", "00000998101"),
  bank("QYLSSESS", "QYLLESPARBANK AB", "GRANVIKEN", "SE", "", "9980099810"),
  bank("ZYRKGB2L", "ZYRKE AND MOORE BANK PLC", "PENMARROW", "GB", "SC998173", "99810998"),
  bank("XERBPLPW", "XERBANK SA", "BRZEZOWIEC", "PL", "PL99810041", "0000998101"),
  bank("ZEFTES2M", "BANCO ZEFTERO SA", "VILLASERENA", "ES", "ES99810417", "0000998101"),
  bank("QORBCHZZ", "QORBANK (ALPEN) AG", "OBERTANNALP", "CH", "SW09981", "998100998"),
  bank("ZARKATWW", "ZARKBANK WALLSEE", "UNTERWALLSEE", "AT", "AT99810", "00000998101"),
  bank("XOFEBEBB", "XOFEBANK NV", "ZEVENDIJKE", "BE", "", "998099810198"),
  bank("QALVPTPL", "BANCO QALVORA SA", "SERRADEIRO", "PT", "PT99810417", "00000998101"),
  bank("ZUMBUS33", "ZUMBRO NATIONAL BANK", "ELLERY FALLS, ZZ", "US", "FW998100417", "9981009981"),
  bank("ZONDJPJT", "ZONDERAI BANK LTD", "KITANOURA", "JP", "", "998-0998101"),
  bank("QAPRSGSG", "QAPRICORN BANK LTD", "SINGAPORE", "SG", "", "998-00998-1"),
];

/** A card number of a test range, for texts in which someone wrote one. */
export const cardNumber: string = pan("555544330099817");

function bank(bic: string, name: string, town: string, country: string, clearing: string, account: string): Bank {
  return { bic, name, town, country, clearing, account };
}

function italianBbanIban(abi: string, cab: string, account: string): string {
  return iban("IT", italianBban(abi, cab, account));
}
