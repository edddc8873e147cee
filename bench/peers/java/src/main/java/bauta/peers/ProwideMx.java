package bauta.peers;

import com.prowidesoftware.swift.model.mx.JaxbContextCacheImpl;
import com.prowidesoftware.swift.model.mx.JaxbContextLoader;
import com.prowidesoftware.swift.model.mx.MxPacs00800108;
import com.prowidesoftware.swift.model.mx.dic.CreditTransferTransaction39;
import com.prowidesoftware.swift.model.mx.dic.PartyIdentification135;
import com.prowidesoftware.swift.model.mx.dic.PostalAddress24;
import java.nio.charset.StandardCharsets;

/** prowide-iso20022's model of a pacs.008 by JAXB, with its cache of contexts, twelve leaves set, written again. */
public final class ProwideMx {
  private ProwideMx() {}

  public static void main(String[] args) throws Exception {
    JaxbContextLoader.INSTANCE.setCacheImpl(new JaxbContextCacheImpl());
    Masks masks = new Masks();
    String less = Masks.LESS + "; writes its own prefixes and white space";
    Serve.over(args, "prowide-iso20022 (JAXB cache) + Bouncy Castle FF1", "SRU2025-10.3.10, bcprov 1.87", 12, less, message -> {
      MxPacs00800108 mx = MxPacs00800108.parse(new String(message, StandardCharsets.UTF_8));
      CreditTransferTransaction39 payment = mx.getFIToFICstmrCdtTrf().getCdtTrfTxInf().get(0);
      PartyIdentification135 debtor = payment.getDbtr();
      PostalAddress24 address = debtor.getPstlAdr();
      payment.getPmtId().setEndToEndId(masks.reference(payment.getPmtId().getEndToEndId()));
      payment.getPmtId().setUETR(masks.uetr(payment.getPmtId().getUETR()));
      debtor.setNm(masks.name(debtor.getNm()));
      address.setStrtNm(masks.street(address.getStrtNm()));
      address.setPstCd(masks.postcode(address.getPstCd()));
      address.setTwnNm(masks.town(address.getTwnNm()));
      payment.getDbtrAcct().getId().setIBAN(masks.iban(payment.getDbtrAcct().getId().getIBAN()));
      payment.getDbtrAgt().getFinInstnId().setBICFI(masks.bic(payment.getDbtrAgt().getFinInstnId().getBICFI()));
      payment.getCdtrAgt().getFinInstnId().setBICFI(masks.bic(payment.getCdtrAgt().getFinInstnId().getBICFI()));
      payment.getCdtr().setNm(masks.name(payment.getCdtr().getNm()));
      payment.getCdtrAcct().getId().setIBAN(masks.iban(payment.getCdtrAcct().getId().getIBAN()));
      payment.getRmtInf().getUstrd().set(0, masks.text(payment.getRmtInf().getUstrd().get(0)));
      return mx.message().getBytes(StandardCharsets.UTF_8);
    });
  }
}
