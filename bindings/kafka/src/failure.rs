//! Errors of librdkafka as JavaScript gets them: the reason is JSON with the fields of [`Failure`].

use std::ffi::CStr;

use napi::{Error, Status};
use rdkafka::bindings as native;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// What went wrong, in the terms that decide what to do next.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Name of the error in librdkafka, such as `_FENCED` or `TOPIC_AUTHORIZATION_FAILED`.
    pub name: String,
    /// The same call may succeed later.
    pub retriable: bool,
    /// The client is of no use any more.
    pub fatal: bool,
    /// The transaction has to be aborted.
    pub abort: bool,
    /// librdkafka's words. They name brokers, topics and groups, never a record's content.
    pub text: String,
}

impl Failure {
    /// A failure that is this binding's own.
    #[must_use]
    pub fn own(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), retriable: false, fatal: false, abort: false, text: text.to_owned() }
    }

    /// Takes over an error object of librdkafka; `None` where there is none.
    ///
    /// # Safety
    /// `error` is null, or a pointer that librdkafka gave away and that nobody else frees.
    #[must_use]
    pub unsafe fn take(error: *mut native::rd_kafka_error_t) -> Option<Self> {
        if error.is_null() {
            return None;
        }
        // SAFETY: not null, and ours until it is destroyed below; the strings live as long as it does.
        unsafe {
            let failure = Self {
                name: CStr::from_ptr(native::rd_kafka_error_name(error)).to_string_lossy().into_owned(),
                retriable: native::rd_kafka_error_is_retriable(error) != 0,
                fatal: native::rd_kafka_error_is_fatal(error) != 0,
                abort: native::rd_kafka_error_txn_requires_abort(error) != 0,
                text: CStr::from_ptr(native::rd_kafka_error_string(error)).to_string_lossy().into_owned(),
            };
            native::rd_kafka_error_destroy(error);
            Some(failure)
        }
    }

    /// The failure that a code of librdkafka stands for; `None` if it stands for success.
    #[must_use]
    pub fn of_code(code: native::rd_kafka_resp_err_t) -> Option<Self> {
        (code != native::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR)
            .then(|| Self::own(&name_of(code.into()), "librdkafka refused a call"))
    }

    fn json(&self) -> String {
        format!(
            r#"{{"name":{},"retriable":{},"fatal":{},"abort":{},"text":{}}}"#,
            quoted(&self.name),
            self.retriable,
            self.fatal,
            self.abort,
            quoted(&self.text)
        )
    }
}

impl From<KafkaError> for Failure {
    fn from(error: KafkaError) -> Self {
        let code = match &error {
            // The crate keeps this one to itself.
            KafkaError::AdminOp(code) => Some(*code),
            _ => error.rdkafka_error_code(),
        };
        Self {
            name: code.map_or_else(|| "CLIENT".to_owned(), name_of),
            retriable: code.is_some_and(is_retriable),
            fatal: matches!(error, KafkaError::MessageConsumptionFatal(_)) || code == Some(RDKafkaErrorCode::Fatal),
            abort: false,
            text: error.to_string(),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::new(Status::GenericFailure, failure.json())
    }
}

/// Name of a code in librdkafka.
#[must_use]
pub fn name_of(code: RDKafkaErrorCode) -> String {
    let Ok(code) = native::rd_kafka_resp_err_t::try_from(code as i32) else { return "UNKNOWN".to_owned() };
    // SAFETY: librdkafka gives a string that lives for ever, whatever the code.
    unsafe { CStr::from_ptr(native::rd_kafka_err2name(code)) }.to_string_lossy().into_owned()
}

/// Codes behind which the same call may succeed.
const fn is_retriable(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::BrokerTransportFailure
            | RDKafkaErrorCode::AllBrokersDown
            | RDKafkaErrorCode::OperationTimedOut
            | RDKafkaErrorCode::RequestTimedOut
            | RDKafkaErrorCode::CoordinatorLoadInProgress
            | RDKafkaErrorCode::CoordinatorNotAvailable
            | RDKafkaErrorCode::NotCoordinator
            | RDKafkaErrorCode::LeaderNotAvailable
            | RDKafkaErrorCode::WaitingForCoordinator
            | RDKafkaErrorCode::UnstableOffsetCommit
    )
}

/// A JSON string; control characters become spaces.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
