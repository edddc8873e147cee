//! The compiled plan's messages, generated from `schemas/proto/plan.proto`.
#![allow(clippy::all, clippy::pedantic, missing_docs, reason = "generated; plan.proto documents the fields")]

include!(concat!(env!("OUT_DIR"), "/bauta.plan.v1.rs"));
