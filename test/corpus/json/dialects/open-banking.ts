/** Open banking: consents and payment orders with capitalised names and scheme names beside identifications. */
import { organisation, type Party, person } from "../parties.ts";
import { type CorpusFile, document, type Json } from "../write.ts";

const account = (of: Party, index: number): Json =>
  of.country === "GB"
    ? { SchemeName: "UK.OBIE.SortCodeAccountNumber", Identification: of.iban.slice(8), Name: of.name, SecondaryIdentification: `${700 + index}` }
    : { SchemeName: "UK.OBIE.IBAN", Identification: of.iban, Name: of.name };

function payment(index: number): Json {
  const debtor = person(index + 2);
  const creditor = organisation(index + 1);
  const stage = ["domestic-payment-consent", "domestic-payment", "international-payment", "scheduled-payment"][index % 4] as string;
  return {
    Data: {
      ConsentId: `PC-${58923 + index}-${index}`,
      Status: index % 4 === 0 ? "AwaitingAuthorisation" : "AcceptedSettlementInProcess",
      ReadRefundAccount: "Yes",
      CreationDateTime: `2026-11-1${index % 10}T15:15:22+00:00`,
      StatusUpdateDateTime: `2026-11-1${index % 10}T15:15:28+00:00`,
      Initiation: {
        InstructionIdentification: `ANSM${100 + index}`,
        EndToEndIdentification: `FRESCO.2130${index}.GFX.${20 + index}`,
        InstructedAmount: { Amount: `${165 + index}.88`, Currency: "GBP" },
        DebtorAccount: account(debtor, index),
        CreditorAccount: account(creditor, index),
        CreditorPostalAddress: {
          AddressType: "Business",
          BuildingNumber: creditor.building,
          StreetName: creditor.street,
          TownName: creditor.town,
          PostCode: creditor.postCode,
          Country: creditor.country,
          AddressLine: [`c/o ${person(index).name}`, `${creditor.street} ${creditor.building}`],
        },
        CreditorAgent: { SchemeName: "UK.OBIE.BICFI", Identification: creditor.bank.bic, Name: creditor.bank.name },
        RemittanceInformation: { Reference: `FRESCO-${101 + index}`, Unstructured: `Internal ops code ${5120101 + index} / ${debtor.name}` },
        ...(stage === "international-payment" ? { CurrencyOfTransfer: "USD", ExchangeRateInformation: { UnitCurrency: "GBP", ExchangeRate: 1.2841, RateType: "Agreed" } } : {}),
        ...(stage === "scheduled-payment" ? { RequestedExecutionDateTime: "2026-12-01T00:00:00+00:00" } : {}),
        SupplementaryData: {},
      },
      Authorisation: { AuthorisationType: "Any", CompletionDateTime: "2026-11-30T09:00:00+00:00" },
      MultiAuthorisation: index % 4 === 3 ? { Status: "AwaitingFurtherAuthorisation", NumberRequired: 2, NumberReceived: 1 } : undefined,
    },
    Risk: {
      PaymentContextCode: index % 2 === 0 ? "EcommerceGoods" : "TransferToThirdParty",
      MerchantCategoryCode: "5967",
      MerchantCustomerIdentification: `0532${index}0440${index}`,
      ContractPresentIndicator: index % 2 === 0,
      DeliveryAddress: { AddressLine: ["Flat 7", "Acacia Lodge"], StreetName: "Acacia Avenue", BuildingNumber: "27", PostCode: "GU31 2ZZ", TownName: "Sparsholt", CountySubDivision: ["Wessex"], Country: "UK" },
    },
    Links: { Self: `https://bank.example/open-banking/v4.0/pisp/${stage}s/PC-${58923 + index}-${index}` },
    Meta: { TotalPages: 1 },
  };
}

export const openBanking: readonly CorpusFile[] = Array.from({ length: 9 }, (_, index) =>
  document(`open-banking/payment-${index + 1}.json`, payment(index), index % 2 === 0 ? { indent: 2 } : { indent: 0, solidus: true }),
);
