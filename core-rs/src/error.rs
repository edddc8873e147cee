//! What can go wrong, as numbers of the one issue table (`schemas/issues.json`).
//!
//! No variant carries a value, a key or anything else that came out of a message.

use core::fmt;

/// Numbers of `schemas/issues.json`, generated at build time.
pub mod issue {
    include!(concat!(env!("OUT_DIR"), "/issue_numbers.rs"));
}

/// An error of a call; what is wrong with a single value is a status in the tables instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// A parameter of FF1 is outside what SP 800-38G Rev. 1 or our limits allow.
    Ff1Parameters(&'static str),
    /// Fewer values than [`crate::ff1::DOMAIN_MIN`] have this form.
    Ff1Domain,
    /// An operation of the plan cannot produce what its field admits.
    Unfit {
        /// Index in the plan's operations.
        operation: usize,
        /// Which rule of the contract it breaks.
        reason: &'static str,
    },
    /// The plan is of a version that this engine does not run.
    PlanVersion,
    /// The plan, the key table or the batch's tables are malformed: the caller has a bug.
    Malformed(&'static str),
}

impl Error {
    /// Number of the issue, as in `schemas/issues.json`.
    #[must_use]
    pub fn issue(&self) -> u32 {
        match self {
            Self::Ff1Parameters(_) => issue::FF1_PARAMETERS,
            Self::Ff1Domain => issue::FIELD_DOMAIN,
            Self::Unfit { .. } | Self::PlanVersion => issue::OPERATION_UNFIT,
            Self::Malformed(_) => issue::BUG,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ff1Parameters(reason) | Self::Malformed(reason) => formatter.write_str(reason),
            Self::Ff1Domain => formatter.write_str("fewer than 10^6 values"),
            Self::PlanVersion => formatter.write_str("plan version"),
            Self::Unfit { operation, reason } => write!(formatter, "operation {operation}: {reason}"),
        }
    }
}

impl core::error::Error for Error {}
