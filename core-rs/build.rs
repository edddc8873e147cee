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
    let iban = read_json(&schemas.join("kinds/iban.json"))?;
    fs::write(out.join("iban.rs"), iban_tables(&iban)?)?;
    let codes = read_json(&schemas.join("kinds/calling-codes.json"))?;
    fs::write(out.join("calling_codes.rs"), calling_codes(&codes)?)?;
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

/// `COUNTRIES`, `COUNTRY_INDEX` and `CIN_ODD` of `kinds::iban`.
fn iban_tables(table: &Value) -> BuildResult<String> {
    let countries = table["countries"].as_array().ok_or("iban.json has no countries")?;
    let mut source = String::new();
    let mut index = vec![usize::from(u8::MAX); 26 * 26];
    writeln!(
        source,
        "/// Countries of the IBAN registry, ascending by code.\npub static COUNTRIES: [Country; {}] = [",
        countries.len()
    )?;
    for (number, country) in countries.iter().enumerate() {
        let code = text(&country["code"])?.as_bytes();
        let [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] = code else {
            return Err("a country code is two letters".into());
        };
        index[usize::from(first - b'A') * 26 + usize::from(second - b'A')] = number;
        writeln!(source, "{},", country_row(country)?)?;
    }
    writeln!(source, "];")?;
    writeln!(source, "/// Index in `COUNTRIES` by 26 × first letter + second letter; 255 is none.")?;
    writeln!(source, "pub static COUNTRY_INDEX: [u8; 676] = {index:?};")?;
    let odd = numbers(&table["cinOdd"])?;
    writeln!(
        source,
        "/// Values of characters at odd places of an Italian CIN.\npub static CIN_ODD: [u32; 26] = {odd:?};"
    )?;
    Ok(source)
}

fn country_row(country: &Value) -> BuildResult<String> {
    let mut places = Vec::new();
    for segment in country["bban"].as_array().ok_or("a country has no bban")? {
        let length = number(&segment[0])?;
        let alphabet = match text(&segment[1])? {
            "n" => "Alphabet::Digit",
            "a" => "Alphabet::Upper",
            "c" => "Alphabet::DigitUpper",
            _ => return Err("unknown class of a bban segment".into()),
        };
        places.extend((0..length).map(|_| alphabet));
    }
    let length = number(&country["length"])?;
    if places.len() as u64 + 4 != length {
        return Err("a bban is not as long as its iban says".into());
    }
    let mut checked = vec![false; places.len()];
    let mut checks = String::new();
    for check in country["checks"].as_array().ok_or("a country has no checks")? {
        let at = range(&check["at"])?;
        checked.get_mut(at.0..at.1).ok_or("a check lies outside the bban")?.fill(true);
        write!(checks, "{}, ", check_row(check, at)?)?;
    }
    let variable: Vec<usize> = (0..places.len()).filter(|&place| !checked[place]).collect();
    let bank = range(&country["bank"])?;
    let mut codes = String::new();
    for codes_range in country["bankCodes"].as_array().into_iter().flatten() {
        write!(codes, "(b{:?}, b{:?}), ", text(&codes_range[0])?, text(&codes_range[1])?)?;
    }
    Ok(format!(
        "Country {{ code: *b{:?}, length: {length}, places: &[{}], variable: &{variable:?}, checks: &[{checks}], bank: {bank:?}, bank_codes: &[{codes}] }}",
        text(&country["code"])?,
        places.join(", "),
    ))
}

fn check_row(check: &Value, at: (usize, usize)) -> BuildResult<String> {
    let algorithm = match text(&check["algorithm"])? {
        "mod97" => {
            let letters = match text(&check["letters"])? {
                "iso" => "Letters::Iso",
                "rib" => "Letters::Rib",
                _ => return Err("unknown way to read letters".into()),
            };
            let (multiplier, minuend) = (number(&check["multiplier"])?, number(&check["minuend"])?);
            format!("Algorithm::Mod97 {{ multiplier: {multiplier}, minuend: {minuend}, letters: {letters} }}")
        }
        "weighted" => {
            let ten = match check["ten"].as_i64().ok_or("a check has no ten")? {
                -1 => "None".to_owned(),
                digit => format!("Some({digit})"),
            };
            let (modulus, weights) = (number(&check["modulus"])?, numbers(&check["weights"])?);
            format!("Algorithm::Weighted {{ modulus: {modulus}, weights: &{weights:?}, ten: {ten} }}")
        }
        "luhn" => "Algorithm::Luhn".to_owned(),
        "mod11-10" => "Algorithm::Mod1110".to_owned(),
        "cin" => "Algorithm::Cin".to_owned(),
        _ => return Err("unknown check algorithm".into()),
    };
    let over = range(&check["over"])?;
    let prefix = check["prefix"].as_str().unwrap_or("");
    Ok(format!("Check {{ algorithm: {algorithm}, at: {at:?}, over: {over:?}, prefix: b{prefix:?} }}"))
}

/// Length of the calling code by the first three digits of a number; 0 is none.
fn calling_codes(table: &Value) -> BuildResult<String> {
    let mut lengths = vec![0; 1000];
    for code in table["codes"].as_array().ok_or("calling-codes.json has no codes")? {
        let code = text(code)?;
        let span = [1000, 100, 10, 1].get(code.len()).copied().ok_or("a calling code has at most three digits")?;
        let first = code.parse::<usize>()? * span;
        lengths.get_mut(first..first + span).ok_or("a calling code is a number")?.fill(code.len());
    }
    Ok(format!(
        "/// Length of the calling code by the first three digits of a number; 0 is none.\npub static CALLING_CODE_LENGTH: [u8; 1000] = {lengths:?};\n"
    ))
}

fn text(value: &Value) -> BuildResult<&str> {
    value.as_str().ok_or_else(|| "a text is missing".into())
}

fn number(value: &Value) -> BuildResult<u64> {
    value.as_u64().ok_or_else(|| "a number is missing".into())
}

fn numbers(value: &Value) -> BuildResult<Vec<u64>> {
    value.as_array().ok_or("a list is missing")?.iter().map(number).collect()
}

/// `[offset, length]` as start and end.
fn range(value: &Value) -> BuildResult<(usize, usize)> {
    let (offset, length) = (usize::try_from(number(&value[0])?)?, usize::try_from(number(&value[1])?)?);
    Ok((offset, offset + length))
}
