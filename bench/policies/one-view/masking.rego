# What one group of readers gets of a payment: identifiers by their digest, names and addresses hidden, all else as it is.
package bauta.masking

default plan := "keep"

plan := "hash" if input.field.name in {"endToEndId", "uetr", "iban", "bic"}

plan := "mask" if input.field.name in {"name", "street", "postcode", "town", "remittance"}
