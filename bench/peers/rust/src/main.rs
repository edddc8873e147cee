//! Peers for the bench, each a loop over a set of texts, by the protocol of bench/harness/peer.ts.
//!
//! `quick-xml IN OUT`: the event loop of quick-xml over each message, nothing done with the events.
//! `scan-prototype IN OUT`: a PROTOTYPE of our own, see prototype.rs.
//! `fpe IN OUT`: the crate `fpe`, FF1 with AES-256 over ten decimal digits, one value after the other.

mod prototype;

use std::env;
use std::fs;
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fpe::ff1::{FF1, FlexibleNumeralString};
use quick_xml::Reader;
use quick_xml::events::Event;

const WARM_UP: Duration = Duration::from_millis(500);

type Answer<T> = Result<T, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["quick-xml", input, _] => {
            texts(input).and_then(|texts| serve("quick-xml", "0.42.0", &texts, |text| events_of(text)))
        }
        ["scan-prototype", input, _] => prototype_scan(input),
        ["fpe", input, _] => ff1(input),
        _ => Err("usage: bauta-bench-peers quick-xml|scan-prototype|fpe IN OUT".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn texts(path: &str) -> Answer<Vec<String>> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

fn events_of(text: &String) -> Answer<u64> {
    let mut reader = Reader::from_reader(black_box(text.as_bytes()));
    let mut events = 0;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Eof => return Ok(events),
            event => {
                black_box(&event);
                events += 1;
            }
        }
    }
}

fn prototype_scan(input: &str) -> Answer<()> {
    let texts = texts(input)?;
    let mut scanner = prototype::Scanner::new();
    let first = texts.first().map_or(Ok(0), |text| scanner.scan(text.as_bytes()))?;
    if first < 40 {
        return Err(format!("the prototype found {first} values"));
    }
    serve("prototype in Rust", "0", &texts, |text| scanner.scan(black_box(text.as_bytes())))
}

fn ff1(input: &str) -> Answer<()> {
    let cipher = FF1::<aes::Aes256>::new(&[0x2b; 32], 10).map_err(|error| error.to_string())?;
    let digits = |text: &String| text.bytes().map(|byte| u16::from(byte - b'0')).collect::<Vec<u16>>();
    let values: Vec<Vec<u16>> = texts(input)?.iter().map(digits).collect();
    serve("crate fpe", "0.7.0", &values, |value| {
        let input = FlexibleNumeralString::from(value.clone());
        let output = cipher.encrypt(&[], &input).map_err(|error| error.to_string())?;
        Ok(u64::from(Vec::<u16>::from(output)[0]))
    })
}

/// Warms up, says so, and works for as many milliseconds as each line on standard input says.
fn serve<T>(name: &str, version: &str, items: &[T], mut work: impl FnMut(&T) -> Answer<u64>) -> Answer<()> {
    let mut timed = |length: Duration| -> Answer<(u64, u128, u64)> {
        let (start, cpu) = (Instant::now(), cpu_nanoseconds());
        let mut done = 0;
        while start.elapsed() < length {
            for item in items {
                black_box(work(item)?);
            }
            done += items.len() as u64;
        }
        Ok((done, start.elapsed().as_nanos(), cpu_nanoseconds() - cpu))
    };
    timed(WARM_UP)?;
    println!("{{\"peer\":\"{name}\",\"version\":\"{version}\",\"leaves\":0,\"less\":\"\"}}");
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let milliseconds = line.trim().parse().map_err(|_| "not a number".to_owned())?;
        let (messages, wall, cpu) = timed(Duration::from_millis(milliseconds))?;
        let cpu = if cpu == 0 { wall } else { u128::from(cpu) };
        println!("{{\"messages\":{messages},\"wall\":{wall},\"cpu\":{cpu}}}");
        io::stdout().flush().map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Time that this process's only thread has run, from Linux's scheduler; 0 elsewhere.
fn cpu_nanoseconds() -> u64 {
    let text = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0)
}
