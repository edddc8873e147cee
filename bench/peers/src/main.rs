//! Peers for the throughput harness, each in a loop over the same input: prints one JSON line with CPU and wall nanoseconds per pass.
//!
//! `quick-xml FILE PASSES`: the event loop of quick-xml over the bytes of FILE, nothing done with the events.
//! `fpe VALUES`: the crate `fpe`, FF1 with AES-256 over ten decimal digits, one value after the other.

use std::env;
use std::fs;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use fpe::ff1::{FF1, FlexibleNumeralString};
use quick_xml::Reader;
use quick_xml::events::Event;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["quick-xml", file, passes] => quick_xml_loop(file, passes),
        ["fpe", values] => fpe_loop(values),
        _ => Err("usage: bauta-bench-peers quick-xml FILE PASSES | fpe VALUES".to_owned()),
    };
    match result {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn quick_xml_loop(file: &str, passes: &str) -> Result<String, String> {
    let bytes = fs::read(file).map_err(|error| error.to_string())?;
    let passes: u64 = passes.parse().map_err(|_| "PASSES is a number".to_owned())?;
    let mut events: u64 = 0;
    let mut timed = |passes: u64| -> Result<u128, String> {
        let start = Instant::now();
        for _ in 0..passes {
            let mut reader = Reader::from_reader(black_box(bytes.as_slice()));
            loop {
                match reader.read_event().map_err(|error| error.to_string())? {
                    Event::Eof => break,
                    event => {
                        black_box(&event);
                        events += 1;
                    }
                }
            }
        }
        Ok(start.elapsed().as_nanos())
    };
    timed(passes / 10 + 1)?;
    let nanoseconds = timed(passes)?;
    Ok(format!("{{\"peer\":\"quick-xml\",\"passes\":{passes},\"bytes\":{},\"events\":{events},\"ns\":{nanoseconds}}}", bytes.len()))
}

fn fpe_loop(values: &str) -> Result<String, String> {
    let values: u64 = values.parse().map_err(|_| "VALUES is a number".to_owned())?;
    let cipher = FF1::<aes::Aes256>::new(&[0x2b; 32], 10).map_err(|error| error.to_string())?;
    let mut digits: Vec<u16> = vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    let mut timed = |values: u64| -> Result<u128, String> {
        let start = Instant::now();
        for _ in 0..values {
            let input = FlexibleNumeralString::from(digits.clone());
            let output = cipher.encrypt(&[], &input).map_err(|error| error.to_string())?;
            digits = output.into();
        }
        Ok(start.elapsed().as_nanos())
    };
    timed(values / 10 + 1)?;
    let nanoseconds = timed(values)?;
    Ok(format!("{{\"peer\":\"fpe\",\"values\":{values},\"ns\":{nanoseconds},\"last\":{:?}}}", digits))
}
