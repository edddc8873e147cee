//! Small anchored languages over text: numbers, dates, times. Each function takes the whole of its argument.

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?` (RFC 8259, section 6).
#[must_use]
pub fn is_json_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, rest) = split_digits(text);
    if whole.is_empty() || (whole[0] == b'0' && whole.len() > 1) {
        return false;
    }
    let Some(rest) = skip_fraction(rest) else { return false };
    match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let digits = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
            is_digits(digits)
        }
        _ => false,
    }
}

/// `[+-]?digits[.digits]`, where the digits on one side of a point may be missing (xs:decimal, XML Schema part 2, 3.2.3.1). At
/// most `total` digits, leading zeros and trailing fraction zeros aside, and at most `fraction` of them behind the point; a
/// `total` of 0 sets no limit.
#[must_use]
pub fn is_decimal(text: &[u8], total: usize, fraction: usize) -> bool {
    let text = text.strip_prefix(b"+").or(text.strip_prefix(b"-")).unwrap_or(text);
    let (whole, rest) = split_digits(text);
    let behind = match rest {
        [] => &[],
        [b'.', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => digits,
        _ => return false,
    };
    let significant = whole.len() - whole.iter().take_while(|digit| **digit == b'0').count();
    let decimals = behind.len() - behind.iter().rev().take_while(|digit| **digit == b'0').count();
    !(whole.is_empty() && behind.is_empty())
        && (total == 0 || (significant + decimals <= total && decimals <= fraction))
}

/// xs:date with a four-digit year.
#[must_use]
pub fn is_date(text: &[u8]) -> bool {
    text.split_at_checked(10).is_some_and(|(day, zone)| is_calendar_day(day) && is_zone(zone))
}

/// xs:dateTime with a four-digit year.
#[must_use]
pub fn is_date_time(text: &[u8]) -> bool {
    text.split_at_checked(10)
        .is_some_and(|(day, rest)| is_calendar_day(day) && rest.strip_prefix(b"T").is_some_and(is_time))
}

/// xs:time, hours to 23, or the end of the day as 24:00:00.
#[must_use]
pub fn is_time(text: &[u8]) -> bool {
    let Some((clock, rest)) = text.split_at_checked(8) else { return false };
    let in_range = is_between(&clock[..2], 0, 23) && is_between(&clock[3..5], 0, 59) && is_between(&clock[6..], 0, 59);
    let is_end_of_day = clock == b"24:00:00"
        && rest.strip_prefix(b".").is_none_or(|rest| !split_digits(rest).0.iter().any(|digit| *digit != b'0'));
    let has_colons = clock[2] == b':' && clock[5] == b':';
    (in_range && has_colons || is_end_of_day) && skip_fraction(rest).is_some_and(is_zone)
}

/// xs:gYear of four digits.
#[must_use]
pub fn is_year(text: &[u8]) -> bool {
    text.split_at_checked(4).is_some_and(|(year, zone)| number(year).is_some_and(|year| year > 0) && is_zone(zone))
}

/// YYMMDD; the century, and so the leap year, is not known.
#[must_use]
pub fn is_swift_date(text: &[u8]) -> bool {
    text.len() == 6
        && is_digits(text)
        && number(&text[2..4]).is_some_and(|month| is_between(&text[4..], 1, days_of(month, true)))
}

/// Digits, one comma behind at least one of them, digits.
#[must_use]
pub fn is_swift_amount(text: &[u8]) -> bool {
    let (whole, rest) = split_digits(text);
    !whole.is_empty() && rest.strip_prefix(b",").is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
}

/// `\+[0-9]{1,3}-[0-9()+\-]{1,30}`, the phone number of ISO 20022.
#[must_use]
pub fn is_phone_number(text: &[u8]) -> bool {
    let Some(text) = text.strip_prefix(b"+") else { return false };
    let (code, rest) = split_digits(text);
    let Some(rest) = rest.strip_prefix(b"-") else { return false };
    (1..=3).contains(&code.len())
        && (1..=30).contains(&rest.len())
        && rest.iter().all(|byte| byte.is_ascii_digit() || b"()+-".contains(byte))
}

/// xs:base64Binary, white space passed over.
#[must_use]
pub fn is_base64(text: &[u8]) -> bool {
    let characters = || text.iter().filter(|byte| !b" \t\r\n".contains(byte));
    let letters = characters().take_while(|byte| **byte != b'=').count();
    let padding = characters().skip(letters).count();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    (letters + padding).is_multiple_of(4)
        && padding <= 2
        && characters().take(letters).all(is_letter)
        && characters().skip(letters).all(|byte| *byte == b'=')
}

fn is_calendar_day(text: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return false };
    let (Some(year), Some(month)) = (number(&[y1, y2, y3, y4]), number(&[m1, m2])) else { return false };
    year > 0 && is_between(&[d1, d2], 1, days_in(year, month))
}

/// How many days a month of a year has; 0 for a month that there is not. Years are Gregorian throughout.
#[must_use]
pub fn days_in(year: u32, month: u32) -> u32 {
    days_of(month, year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)))
}

/// 0 for a month that there is not.
fn days_of(month: u32, is_leap: bool) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// Nothing, `Z`, or `±hh:mm` with hh to 14.
#[must_use]
pub fn is_zone(text: &[u8]) -> bool {
    match text {
        [] | [b'Z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => is_between(&[*h1, *h2], 0, 14) && is_between(&[*m1, *m2], 0, 59),
        _ => false,
    }
}

/// What stands behind an optional point and digits; `None` for a point without digits.
fn skip_fraction(text: &[u8]) -> Option<&[u8]> {
    let Some(text) = text.strip_prefix(b".") else { return Some(text) };
    let (digits, rest) = split_digits(text);
    (!digits.is_empty()).then_some(rest)
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

fn is_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn is_between(text: &[u8], min: u32, max: u32) -> bool {
    number(text).is_some_and(|number| (min..=max).contains(&number))
}

/// The number that a few decimal digits spell; `None` for anything else.
#[must_use]
pub fn number(text: &[u8]) -> Option<u32> {
    is_digits(text).then(|| text.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: impl Fn(&[u8]) -> bool, inside: &[&str], outside: &[&str]) {
        for text in inside {
            assert!(language(text.as_bytes()), "{text}");
        }
        for text in outside {
            assert!(!language(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn numbers() {
        check(
            is_json_number,
            &["0", "-0", "10.5", "1e5", "1E-5", "-0.0e+1"],
            &["", "-", "01", "1.", ".5", "1e", "+1", "1a"],
        );
        check(
            |text| is_decimal(text, 5, 2),
            &["123.45", "-0001.50000", "+12345", "0"],
            &["", ".", "+", "+.", "123.456", "123456", "1,5"],
        );
        check(|text| is_decimal(text, 0, 0), &["123456789.123456"], &["1..2"]);
        check(is_swift_amount, &["0,", "1,5", "123,45"], &["1", ",5", "1.5", "1,5,", ""]);
    }

    #[test]
    fn dates() {
        check(
            is_date,
            &["2024-02-29", "2023-12-31Z", "2023-12-31+14:00", "2000-02-29"],
            &[
                "2023-02-29",
                "1900-02-29",
                "2023-13-01",
                "2023-00-01",
                "2023-01-00",
                "0000-01-01",
                "2023-1-01",
                "2023-01-01+15:00",
                "2023-01-01z",
            ],
        );
        check(
            is_date_time,
            &["2023-01-31T23:59:59", "2023-01-31T00:00:00.123Z", "2023-01-31T24:00:00.0"],
            &["2023-01-31", "2023-01-31 00:00:00", "2023-01-31T24:00:01", "2023-01-31T00:00:00."],
        );
        check(
            is_time,
            &["00:00:00", "23:59:59.9-05:30", "24:00:00Z"],
            &["24:01:00", "24:00:00.001", "24:00:00.", "25:00:00", "00:60:00", "00:00", "00-00-00"],
        );
        check(is_year, &["2024", "2024Z"], &["0000", "24", "20245"]);
        check(is_swift_date, &["240229", "230229", "991231"], &["230230", "231301", "2301", "23010a"]);
    }

    #[test]
    fn others() {
        check(
            is_phone_number,
            &["+49-89123", "+1-(202)+5"],
            &["49-89", "+-89", "+4912-1", "+49-", "+49 89", "+49-8 9"],
        );
        check(is_base64, &["", "AAAA", "AA==", "AA A=\n"], &["A", "A===", "=AAA", "AA=A", "AA*A"]);
    }
}
