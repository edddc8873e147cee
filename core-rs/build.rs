//! Turns the facts under `schemas/` into Rust: the plan's messages, the issue numbers, the IBAN and calling-code tables.
//! Nothing is copied by hand, so the two engines cannot drift apart in a table.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

type BuildResult<T> = Result<T, Box<dyn Error>>;

fn main() -> BuildResult<()> {
    let schemas = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../schemas");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    generate_plan(&schemas)?;
    fs::write(out.join("issue_numbers.rs"), issue_numbers(&read_json(&schemas.join("issues.json"))?)?)?;
    Ok(())
}

/// Compiles plan.proto to `bauta.plan.v1.rs` without the `protoc` binary, which is not on every build machine.
fn generate_plan(schemas: &Path) -> BuildResult<()> {
    let folder = schemas.join("proto");
    let file = folder.join("plan.proto");
    println!("cargo::rerun-if-changed={}", file.display());
    let descriptors = protox::compile([&file], [&folder])?;
    prost_build::Config::new().compile_fds(descriptors)?;
    Ok(())
}

fn read_json(path: &Path) -> BuildResult<Value> {
    println!("cargo::rerun-if-changed={}", path.display());
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// `pub const FIELD_FORMAT: u32 = 6001;` for each row of the issue table.
fn issue_numbers(table: &Value) -> BuildResult<String> {
    let rows = table["issues"].as_array().ok_or("issues.json has no list of issues")?;
    let mut constants = BTreeMap::new();
    for row in rows {
        let number = row["number"].as_u64().ok_or("an issue has no number")?;
        let name = row["name"].as_str().ok_or("an issue has no name")?;
        let text = row["text"].as_str().ok_or("an issue has no text")?;
        constants.insert(number, (name, text));
    }
    let mut source = String::new();
    for (number, (name, text)) in constants {
        writeln!(source, "#[doc = {text:?}]\npub const {name}: u32 = {number};")?;
    }
    Ok(source)
}
