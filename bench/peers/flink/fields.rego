# All fields of a message in one question, for who keeps the answers: OPA's server answers one document to each request.
package bauta.fields

plans[field.path] := plan if {
	some field in input.fields
	plan := data.bauta.masking.plan with input.field as field
}
