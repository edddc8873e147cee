//! Link settings that a Node-API module needs.

fn main() {
    napi_build::setup();
}
