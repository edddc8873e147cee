//! N-API binding of librdkafka (through the crate `rdkafka`), shaped for batches.
//!
//! One call polls many records into a buffer and tables that JavaScript owns; one call stages a transaction's records from such a
//! buffer; one call commits it together with the source's offsets. Nothing per record crosses into JavaScript, and no function of
//! JavaScript is called from another thread: what has to be told waits in a list that the next call takes away.
//!
//! Buffers and tables handed to an asynchronous call belong to it until its promise settles.
#![allow(
    clippy::needless_pass_by_value,
    clippy::missing_errors_doc,
    reason = "signatures are those of JavaScript; errors are described in failure.rs"
)]

pub mod admin;
pub mod consumer;
pub mod event;
pub mod failure;
pub mod layout;
pub mod producer;

use napi_derive::{module_init, napi};

/// The default hook writes a panic's message to standard error, and such a message can quote a value. The host learns of a panic by
/// the error that `catch_unwind` makes of it.
#[module_init]
fn silence_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Version of the addon, to be compared with the package's.
#[must_use]
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Version of librdkafka, such as `2.12.1`.
#[must_use]
#[napi(catch_unwind)]
pub fn librdkafka_version() -> String {
    rdkafka::util::get_rdkafka_version().1
}
