//! Days of the calendar, written as fields have them (docs/internals/engine.md, "Dates").

use crate::plan::Shape;
use crate::text::lexical::{is_date, is_date_time, is_swift_date, is_year, is_zone, number};

/// Two digits of a year from here on are of the twentieth century (SWIFT's rule).
const CENTURY_FROM: i64 = 80;
/// The year of a month and day that no date stands in front of.
const YEAR_DEFAULT: i64 = 2000;
/// Years that a calendar date can have.
const YEARS: core::ops::RangeInclusive<i64> = 1..=9999;

/// What is written behind or around a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `YYYY-MM-DD` and what follows it.
    Date,
    /// `YYYY-MM-DD`, a time and a zone.
    DateTime,
    /// `YYYYMMDD`.
    Digits,
    /// `YYMMDD`.
    Short,
    /// `MMDD`.
    MonthDay,
    /// `YYYY-MM` and a zone.
    YearMonth,
    /// `YYYY` and a zone.
    Year,
}

/// A day as a value says it.
#[derive(Clone, Copy, Debug)]
pub struct Written<'text> {
    text: &'text [u8],
    form: Form,
    /// Days since 1970-01-01; the middle of a month or year that is no more than that.
    pub day: i64,
}

impl<'text> Written<'text> {
    /// `None` for anything but a real day, month or year in one of the shape's forms.
    /// `month_day` says that the value is a month and a day, of the year that puts it next to `before`.
    #[must_use]
    pub fn new(shape: Shape, month_day: bool, text: &'text [u8], before: Option<i64>) -> Option<Self> {
        let text = match shape {
            Shape::Date | Shape::DateTime | Shape::Year => text.trim_ascii(),
            _ => text,
        };
        let form = form_of(shape, month_day, text)?;
        let two = |at: usize| text.get(at..at + 2).and_then(number).map(i64::from);
        let year = || text.get(..4).and_then(number).map(i64::from);
        let day = match form {
            Form::Date | Form::DateTime => day_of(year()?, two(5)?, two(8)?),
            Form::Digits => day_of(year()?, two(4)?, two(6)?),
            Form::Short => day_of(full_year(two(0)?), two(2)?, two(4)?),
            Form::MonthDay => nearest_day(two(0)?, two(2)?, before)?,
            Form::YearMonth => day_of(year()?, two(5)?, 15),
            Form::Year => day_of(year()?, 7, 1),
        };
        Some(Self { text, form, day })
    }

    /// Whether the days of months and days that follow are next to this one.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self.form, Form::Date | Form::DateTime | Form::Digits | Form::Short)
    }

    /// Appends the same in its form, so many days later; `false` where the calendar has no such year.
    pub fn write_shifted(&self, days: i64, out: &mut Vec<u8>) -> bool {
        let (year, month, day) = date_of(self.day + days);
        if !YEARS.contains(&year) {
            return false;
        }
        self.write(year, month, day, None, out);
        true
    }

    /// Appends the first day of the month in the value's form, at midnight.
    pub fn write_month(&self, out: &mut Vec<u8>) {
        let (year, month, _) = date_of(self.day);
        self.write(year, month, 1, Some("T00:00:00"), out);
    }

    /// `time` takes the place of a value's own.
    fn write(&self, year: i64, month: i64, day: i64, time: Option<&str>, out: &mut Vec<u8>) {
        let written = match self.form {
            Form::Date | Form::DateTime => format!("{year:04}-{month:02}-{day:02}"),
            Form::Digits => format!("{year:04}{month:02}{day:02}"),
            Form::Short => format!("{:02}{month:02}{day:02}", year.rem_euclid(100)),
            Form::MonthDay => format!("{month:02}{day:02}"),
            Form::YearMonth => format!("{year:04}-{month:02}"),
            Form::Year => format!("{year:04}"),
        };
        out.extend_from_slice(written.as_bytes());
        let behind = self.text.get(written.len()..).unwrap_or_default();
        match (self.form, time) {
            (Form::DateTime, Some(time)) => {
                let is_zone_at = |at: &usize| is_zone(&behind[*at..]);
                let zone = (9..=behind.len()).find(is_zone_at).unwrap_or(behind.len());
                out.extend_from_slice(time.as_bytes());
                out.extend_from_slice(&behind[zone..]);
            }
            _ => out.extend_from_slice(behind),
        }
    }
}

fn form_of(shape: Shape, month_day: bool, text: &[u8]) -> Option<Form> {
    let is_day = |digits: &[u8]| digits.len() == 8 && is_calendar(digits);
    match shape {
        Shape::Date => is_date(text).then_some(Form::Date),
        Shape::DateTime => is_date_time(text).then_some(Form::DateTime),
        Shape::Year => is_year(text).then_some(Form::Year),
        Shape::SwiftDate if is_day(text) => Some(Form::Digits),
        Shape::SwiftDate => is_swift_date(text).then_some(Form::Short),
        Shape::SwiftDateTime if month_day => is_month_day(text).then_some(Form::MonthDay),
        Shape::Unknown => is_year_month(text).then_some(Form::YearMonth),
        Shape::Text if is_date(text) => Some(Form::Date),
        Shape::Text if is_date_time(text) => Some(Form::DateTime),
        Shape::Text => is_day(text).then_some(Form::Digits),
        _ => None,
    }
}

/// Whether dates of the shape are read.
#[must_use]
pub fn is_dated(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::Date
            | Shape::DateTime
            | Shape::Year
            | Shape::SwiftDate
            | Shape::SwiftDateTime
            | Shape::Unknown
            | Shape::Text
    )
}

fn is_calendar(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_digit)
        && is_date([&digits[..4], b"-", &digits[4..6], b"-", &digits[6..]].concat().as_slice())
}

fn is_month_day(text: &[u8]) -> bool {
    // A leap year takes every day that there is.
    text.len() == 4 && text.iter().all(u8::is_ascii_digit) && is_calendar(&[b"2000", text].concat())
}

fn is_year_month(text: &[u8]) -> bool {
    text.len() >= 7 && is_date([&text[..7], b"-01", &text[7..]].concat().as_slice())
}

fn full_year(two: i64) -> i64 {
    two + if two >= CENTURY_FROM { 1900 } else { 2000 }
}

/// The day of that month and day which is nearest to another, the earlier of two; of a leap year if there is none.
fn nearest_day(month: i64, day: i64, before: Option<i64>) -> Option<i64> {
    let Some(before) = before else { return Some(day_of(YEAR_DEFAULT, month, day)) };
    let (year, _, _) = date_of(before);
    let candidates = [year - 1, year, year + 1].map(|year| day_of(year, month, day));
    candidates.into_iter().min_by_key(|candidate| (candidate - before).abs())
}

/// Days since 1970-01-01 of a day of the Gregorian calendar; one behind a month's last is the next month's first.
#[must_use]
pub fn day_of(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March end with the leap day.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a count of days since 1970-01-01.
#[must_use]
pub fn date_of(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted_month + 2) / 5 + 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;
    use crate::text::lexical::days_in;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        assert_eq!(day_of(1970, 1, 1), 0);
        assert_eq!(day_of(2000, 3, 1) - day_of(2000, 2, 28), 2);
        for day in (-800_000..800_000).step_by(17) {
            let (year, month, of_month) = date_of(day);
            assert_eq!(day_of(year, month, of_month), day);
            let known = u32::try_from(year).ok().zip(u32::try_from(month).ok());
            assert!(known.is_none_or(|(year, month)| year < 1 || of_month <= i64::from(days_in(year, month))));
        }
    }

    #[test]
    fn a_shift_keeps_the_form() {
        let cases = [
            (Shape::DateTime, "2024-02-28T23:59:59.5+01:00", 2, "2024-03-01T23:59:59.5+01:00"),
            (Shape::SwiftDate, "991231", 1, "000101"),
            (Shape::SwiftDate, "19991231", 1, "20000101"),
            (Shape::Unknown, "2024-01Z", 20, "2024-02Z"),
            (Shape::Text, "20240101", -1, "20231231"),
        ];
        for (shape, text, days, expected) in cases {
            let mut out = Vec::new();
            assert!(Written::new(shape, false, text.as_bytes(), None).unwrap().write_shifted(days, &mut out));
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
        let mut out = Vec::new();
        let entry = Written::new(Shape::SwiftDateTime, true, b"0102", Some(day_of(2023, 12, 29))).unwrap();
        assert!(entry.write_shifted(-3, &mut out));
        assert_eq!(out, b"1230");
    }
}
