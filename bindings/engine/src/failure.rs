//! The engine's error as a JavaScript error.

use bauta_core::Error;

/// Number of an issue as text: the `code` of the JavaScript error.
pub struct IssueNumber(String);

impl AsRef<str> for IssueNumber {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// What a call throws. The message names an operation or a rule, never a value.
pub type Failure = napi::Error<IssueNumber>;

/// Turns the engine's error into what the binding throws.
#[must_use]
pub fn thrown(error: Error) -> Failure {
    napi::Error::new(IssueNumber(error.issue().to_string()), error.to_string())
}
