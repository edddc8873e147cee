"""Invented people and companies for the labelled free texts, by language. Nobody and nothing here is meant to exist."""

GIVEN = {
    "de": "Ottilie|Jörg|Käthe|Friedhelm|Annegret|Sönke|Hans-Peter|Wiebke|Lüder|Mechthild|Anna-Lena|Götz",
    "en": "Imogen|Rupert|Prudence|Alistair|Tamsin|Barnaby|Mary Ellen|Desmond|Philippa|Gareth|Harriet|Quentin",
    "fr": "Aurélie|Bérenger|Solène|Gaëtan|Marie-Hélène|Thibault|Noémie|Firmin|Clémence|Anselme|Maëlle|Régis",
    "it": "Fiorenza|Gualtiero|Maria Pia|Ludovico|Ornella|Niccolò|Donatella|Ermanno|Giosuè|Marilena|Ubaldo|Serafina",
    "es": "Begoña|Íñigo|María del Carmen|Leoncio|Rocío|Adrián|Montserrat|Jesús|Nuria|Fermín|Concepción|Óscar",
    "nl": "Marijke|Sjoerd|Anneke|Joost|Geertruida|Wouter|Hanneke|Diederik|Femke|Reinout|Tjitske|Cornelis",
    "pl": "Bożena|Stanisław|Grażyna|Wojciech|Małgorzata|Łukasz|Jadwiga|Zdzisław|Halina|Mieczysław|Iwona|Przemysław",
    "pt": "Conceição|João|Inês|Gonçalo|Fátima|Estêvão|Graça|Nuno|Luísa|António|Mafalda|Simão",
    "sv": "Märta|Björn|Åsa|Torbjörn|Ingegerd|Göran|Ulla-Britt|Håkan|Linnéa|Östen|Gunilla|Sören",
}

FAMILY = {
    "de": "Brandhorst|Müllenhoff|Größchen|Weißflog|Tröndle|Kästelmann|von der Heydebrück|Schürholz|Niedermöller|Quasthoff|Lübbering|Fährenkamp|Jüttemann|Ostrowka",
    "en": "Thistlewood|Pemberley-Cross|O'Hanrahan|Wolstencroft|Arkwell|Featherby|McAllenby|Ravensdale|Tolliver|Hathersedge|Birtwhistle|Okonjolu|Crumbleholm|D'Arcymore",
    "fr": "Lachassaigne|Dujardinet|de La Rochemaure|Bézandrin|Quéruel|Poirevaux|L'Hermineau|Façonnet|Malbosquet|Thévenaux|Grandclément|Boissonnière|Crémadeaux|Vauchérin",
    "it": "Bracciolesi|D'Ambrosetti|Carpegnati|Della Torrebruna|Montefalchi|Zuccarin|Pellegrinotti|Sgarbazzo|Di Rovasenda|Quagliarini|Forlivesio|Tramontani|Bevilàc|Ghirardozzi",
    "es": "Ibáñez Rueda|Muñagorri Peña|Cienfuegos Táboas|de la Quintanilla|Echeverrígaray|Zúñiga Olmedal|Bordonaba Gil|Peñarrubia|Güemeslar|Arizmendi Sotos|Valdecañas|Núñez Carcedo|Ormaechandía|Lasarte Vidalón",
    "nl": "van der Horstman|de Wringer|Hoogeslag|ten Brinkhuis|Zijlmaker|Quispelaar|van 't Hofveld|Terpstravelde|Oudekerkhof|Vriezebosch|Kuijperveen|IJsseldonk|Slotemaakers|van den Elzenaar",
    "pl": "Wiśniogrodzki|Brzęczkowiak|Żółtaniecki|Krzyżogórska|Łękawiak|Dąbrowieniec|Świętochowicz|Gwoździński|Pastuszczak|Jałowieckiewicz|Mrówczyńska|Ostrzechowicz|Źródlak|Chrząstek-Wilk",
    "pt": "Guimarães Portela|Assunção|Magalhãesinho|da Conceiçosa|Vasconcelhos|Brandãozinho|dos Reisinhos|Travaços|Quintãos|Falcãozeiro|Bettencorvo|Simões Alpoim|Lourençal|Camarãonda",
    "sv": "Björkqvisth|Åkerblomster|Söderhjelmsson|Grönlundell|Hägerstrandh|Lillieörn|Östergårdsson|Wallströmare|Näslundvik|Sjögrenius|af Klintebåt|Ekdahlgren|Rönnkvistad|Tjäderstam",
}

COMPANY = {
    "de": "Brenkau Logistik GmbH|Süderhafen Kühlhaus AG|Wasserwerke Niederlausitzer Hügelland GmbH|Möbelwerk Tannhöfer KG|Gebr. Ösenbrink OHG|Fährkamp & Söhne GmbH & Co. KG|Pfannenstielsche Verlagsanstalt eG",
    "en": "Larkmoor Textiles Ltd|Hexworth & Pyne LLP|Northwold Marine Services plc|Cobblestane Bakeries Ltd|Ostermere Consolidated Reinsurance Brokers Ltd|Juniper Vale Holdings Inc.|Tolvan Rigging LLC",
    "fr": "Établissements Querpignon SARL|Boulangerie Maisonnette-Drouhin SAS|Transports Vallauret SA|Société Générique des Pépinières Ardéchaines SAS|Librairie Orfeuillade EURL|Cristalleries Montbrézy SA",
    "it": "Oleificio Torrechiara S.r.l.|Ferramenta Bellosguardo S.n.c.|Cantine Valdoria S.p.A.|Tipografia Artigiana Qualtieri S.r.l.|Costruzioni Navali Portovécchio S.p.A.|Trattoria Nonna Ermelinda S.a.s.",
    "es": "Conservas Peñaflorida S.L.|Talleres Ugarteche S.A.|Distribuciones Almazaranda S.L.U.|Viñedos Castrojimeno S.A.|Compañía Montañesa de Áridos y Hormigones S.A.|Imprenta Zalduondo S.L.",
    "nl": "Kwekerij Zonnebloesem B.V.|Rijwielhandel Oudekempen B.V.|Scheepswerf De Noordermaas N.V.|Bakkerij Tusschenbeek V.O.F.|Adviesbureau Waterlandschap Midden-Delfveen B.V.|Drukkerij Quintelaar B.V.",
    "pl": "Zakłady Mleczarskie Śnieżnik Sp. z o.o.|Hurtownia Żelazna Brama S.A.|Piekarnia Złoty Kłosik Sp. j.|Biuro Podróży Gęsiarek Sp. z o.o.|Przedsiębiorstwo Budowlane Trójgraniec S.A.|Drukarnia Łabędzianka Sp. z o.o.",
    "pt": "Cortiças Monte Azinhal Lda.|Conservas Praia da Rainhela S.A.|Oficina Irmãos Taborçal Lda.|Transportes Serra Nevoada Lda.|Companhia de Azulejos e Cerâmicas do Vouguinha S.A.|Padaria Açorianinha Lda.",
    "sv": "Norrskensbryggeriet Älvsjöhult AB|Snickeri Björkliden & Söner HB|Åkeri Västerlångvik AB|Fiskhallen Gråsundet AB|Skogsägarnas Virkesförmedling Hälsingeby AB|Bokförlaget Törnrosa AB",
}

# A company's legal form: the ending that its short spelling leaves off.
LEGAL = (
    "GmbH & Co. KG|GmbH|AG|KG|OHG|eG|Ltd|LLP|plc|Inc.|LLC|SARL|SAS|SA|EURL|S.r.l.|S.n.c.|S.p.A.|S.a.s.|S.L.U.|S.L.|S.A.|B.V.|N.V.|V.O.F.|"
    "Sp. z o.o.|Sp. j.|Lda.|AB|HB"
).split("|")

# Words and codes of 8 or 11 capitals that are no BIC; some have a country's letters in the fifth and sixth place.
CAPITALS = {
    "en": "PAYMENTS|INVOICES|SHIPMENT|TRANSFER|INTEREST|PURCHASE|DISCOUNT|STANDING|CONTRACT|INSTALLMENT|REPLACEMENT|COMMISSIONS|BENEFICIARY",
    "de": "RECHNUNG|LASTSCHRIFT|BUCHUNGEN|GEBUEHREN|LIEFERUNG|GUTHABEN|ERSTATTUNGS|GUTSCHRIFTEN|SPENDENKONTO|ZAHLUNGS|MAHNUNGEN|ZEITRAUM|AUSGLEICH",
    "fr": "FACTURES|VIREMENT|PAIEMENT|CREANCES|LIVRAISONS|COMMISSIONS|REGLEMENTS|ASSURANC|ACQUITTE|INTERETS|ACTIVITE|ECHEANCES",
    "it": "BONIFICO|PAGAMENTO|ACCREDITO|COMPENSO|VERSAMENTO|CONTRATTO|SPEDIZIONE|FORNITURA|RIMBORSO|INTERESSI|DECORRENZA",
    "es": "FACTURAS|TRASPASO|COMISION|INTERESES|DEVOLUCION|ALQUILER|CONTRATO|SERVICIO|COBRANZA|IMPUESTOS|RENOVACION",
    "nl": "BETALING|FACTUREN|LEVERING|TERMIJNEN|SPAARGELD|BIJDRAGE|STORTING|INCASSOS|VERGOEDING|ABONNEMENTS|OVERBOEKING",
    "pl": "FAKTUROWY|PRZELEWY|ZALICZKA|DOSTAWIE|SKLADKOWY|PROWIZJA|UMOWNYCH|NALEZNOSCI|REKLAMACJA|WPLACONO",
    "pt": "PAGAMENTO|FATURADO|SERVICOS|COMISSOES|DESCONTO|ALUGUERES|CONTRATO|DEVOLVER|REEMBOLSO|LIQUIDADO",
    "sv": "FAKTUROR|BETALNING|LEVERANS|AVGIFTER|SKULDEBREV|INBETALT|OVERFORING|ABONNEMANG|RABATTER|KREDITERA",
}
