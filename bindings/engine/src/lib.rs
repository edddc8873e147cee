//! N-API binding of the native engine: converts arguments, guards against panics, nothing else.
//!
//! Byte and word arrays are borrowed from JavaScript for the length of a call, never copied and never kept. Every export
//! catches a panic: the host sees a JavaScript error with the code `GenericFailure` and stays alive. Errors of the engine
//! carry their number of `schemas/issues.json` as `code`.
#![allow(
    clippy::needless_pass_by_value,
    clippy::missing_errors_doc,
    reason = "signatures and errors are those of JavaScript; the errors are described at the engine's own functions"
)]

pub mod failure;
pub mod handle;
pub mod memory;
pub mod primitives;
pub mod templates;

use napi_derive::{module_init, napi};

/// The default hook writes a panic's message to standard error, and Rust's own messages can quote a value (the text that was cut
/// at no character's boundary). The host learns of a panic by the error that `catch_unwind` makes of it.
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

/// Names of the processor's instructions that the primitives found at run time, space-separated; `none` for tables only.
#[must_use]
#[napi(catch_unwind)]
pub fn cpu_features() -> String {
    let mut names = Vec::new();
    if bauta_core::ff1::hardware_accelerated() {
        names.push("aes");
    }
    #[cfg(target_arch = "x86_64")]
    {
        let found = [
            ("vaes", std::arch::is_x86_feature_detected!("vaes")),
            ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
            ("sha", std::arch::is_x86_feature_detected!("sha")),
        ];
        names.extend(found.into_iter().filter_map(|(name, there)| there.then_some(name)));
    }
    if names.is_empty() { "none".to_owned() } else { names.join(" ") }
}

/// Panics, so that a test can see what the host sees then. Touches no state.
#[napi(catch_unwind)]
#[allow(clippy::panic, reason = "its purpose")]
pub fn panic_for_test() {
    std::panic::panic_any("a panic on purpose");
}
