package bauta.masking_test

import data.bauta.masking

analytics := {"purpose": "statistics", "roles": [], "recipient": ""}

fraud := {"purpose": "investigation", "roles": ["fraud"], "recipient": ""}

partner := {"purpose": "settlement", "roles": [], "recipient": "partner-bank"}

field(class) := {"class": class}

test_statistics_have_no_addresses if {
	masking.plan == "redact" with input as {"field": field("contact"), "view": analytics}
}

test_investigators_see_references if {
	masking.plan.action == "keep" with input as {"field": field("reference"), "view": fraud}
	masking.plan == "model" with input as {"field": field("reference"), "view": analytics}
}

test_partners_get_no_free_text if {
	count(masking.deny) == 1 with input as {"field": field("free-text"), "view": partner}
	count(masking.deny) == 0 with input as {"field": field("free-text"), "view": fraud}
}

test_nobody_sees_accounts if {
	every view in [analytics, fraud, partner] {
		masking.plan == "model" with input as {"field": field("account"), "view": view}
	}
}
