# Who sees what of the payments (docs/policy.md). Save this file: what goes out changes.
package bauta.masking

# What no rule below names is masked as the model says.
default plan := "model"

# Statistics need no addresses.
plan := "redact" if {
	is_contact
	input.view.purpose == "statistics"
}

# Investigators follow references across systems.
plan := {"action": "keep", "danger-no-detect": true} if {
	is_reference
	"fraud" in input.view.roles
}

# A partner gets no free text: whoever wrote it may have put anything there.
plan := "redact" if {
	is_free_text
	input.view.recipient != ""
}

is_contact if input.field.class == "contact"

is_contact if input.field.namespace == "email"

is_reference if input.field.class == "reference"

is_reference if input.field.namespace == "reference"

is_free_text if input.field.class == "free-text"

is_free_text if input.field.namespace == "text"
