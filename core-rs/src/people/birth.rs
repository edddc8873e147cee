//! Dates of birth (docs/internals/people.md, "Contacts and birth").

use super::lot::Lot;
use crate::text::lexical::{days_in, is_zone, number};

/// Years from here on are drawn from the decade before their own, so that nobody is born tomorrow.
const RECENT: u32 = 2020;
const MONTHS: u32 = 12;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Date {
    year: u32,
    month: u32,
    day: u32,
}

/// How a day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form<'text> {
    /// `YYYY-MM-DD` and a time zone.
    Hyphens(&'text [u8]),
    /// `YYYYMMDD`.
    Digits,
    /// Day, month, year.
    DayFirst(u8),
    /// Month, day, year.
    MonthFirst(u8),
}

/// A date of birth as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Birth<'text> {
    date: Date,
    form: Form<'text>,
}

impl<'text> Birth<'text> {
    /// `None` for anything but a real day in one of the forms.
    #[must_use]
    pub fn of(text: &'text [u8]) -> Option<Self> {
        let (date, form) = match text {
            [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, zone @ ..] if is_zone(zone) => {
                (Date::of(&[*y1, *y2, *y3, *y4], &[*m1, *m2], &[*d1, *d2])?, Form::Hyphens(zone))
            }
            [y1, y2, y3, y4, m1, m2, d1, d2] if text.iter().all(u8::is_ascii_digit) => {
                (Date::of(&[*y1, *y2, *y3, *y4], &[*m1, *m2], &[*d1, *d2])?, Form::Digits)
            }
            [front @ .., y1, y2, y3, y4] => {
                let (separator, front) = front.split_last()?;
                let mut parts = front.split(|byte| byte == separator);
                let (first, second) = (parts.next()?, parts.next()?);
                let is_formed = b".-/".contains(separator)
                    && parts.next().is_none()
                    && [first, second].iter().all(|part| matches!(part.len(), 1 | 2));
                let year = &[*y1, *y2, *y3, *y4];
                if !is_formed {
                    return None;
                }
                if number(second)? > MONTHS {
                    (Date::of(year, first, second)?, Form::MonthFirst(*separator))
                } else {
                    (Date::of(year, second, first)?, Form::DayFirst(*separator))
                }
            }
            _ => return None,
        };
        Some(Self { date, form })
    }

    /// Appends `YYYY-MM-DD`.
    pub fn write_canonical(&self, out: &mut Vec<u8>) {
        self.date.write(Form::Hyphens(&[]), out);
    }

    /// Characters of a drawn day in the form of this one.
    #[must_use]
    pub fn length(&self) -> usize {
        match self.form {
            Form::Hyphens(zone) => 10 + zone.len(),
            Form::Digits => 8,
            Form::DayFirst(_) | Form::MonthFirst(_) => 10,
        }
    }

    /// Appends another day of the decade for a lot; `false`, and nothing appended, for this very day, and where day and month could
    /// not change places.
    #[must_use]
    pub fn draw(&self, lot: &mut Lot, out: &mut Vec<u8>) -> bool {
        let decade = self.date.year / 10 * 10 - if self.date.year >= RECENT { 10 } else { 0 };
        let years = decade.max(1)..decade + 10;
        let days = years.clone().map(days_of_year).sum::<u32>();
        let drawn = Date::at(years, lot.take(days as usize) as u32);
        let is_ordered = matches!(self.form, Form::DayFirst(_) | Form::MonthFirst(_));
        if drawn == self.date || (is_ordered && drawn.day > MONTHS) {
            return false;
        }
        drawn.write(self.form, out);
        true
    }
}

fn days_of_year(year: u32) -> u32 {
    (1..=MONTHS).map(|month| days_in(year, month)).sum()
}

impl Date {
    /// `None` for a day that there is not.
    fn of(year: &[u8], month: &[u8], day: &[u8]) -> Option<Self> {
        let (year, month, day) = (number(year)?, number(month)?, number(day)?);
        (year > 0 && (1..=days_in(year, month)).contains(&day)).then_some(Self { year, month, day })
    }

    /// So many days behind the first of `years`.
    fn at(years: core::ops::Range<u32>, index: u32) -> Self {
        let mut left = index;
        let months = years.flat_map(|year| (1..=MONTHS).map(move |month| (year, month)));
        let mut last = (1, 1);
        for (year, month) in months {
            last = (year, month);
            let days = days_in(year, month);
            if left < days {
                break;
            }
            left -= days;
        }
        Self { year: last.0, month: last.1, day: left + 1 }
    }

    fn write(self, form: Form, out: &mut Vec<u8>) {
        let year = |out: &mut Vec<u8>| {
            write_two(self.year / 100, out);
            write_two(self.year % 100, out);
        };
        match form {
            Form::Hyphens(zone) => {
                year(out);
                out.push(b'-');
                write_two(self.month, out);
                out.push(b'-');
                write_two(self.day, out);
                out.extend_from_slice(zone);
            }
            Form::Digits => {
                year(out);
                write_two(self.month, out);
                write_two(self.day, out);
            }
            Form::DayFirst(separator) | Form::MonthFirst(separator) => {
                let is_day_first = matches!(form, Form::DayFirst(_));
                let (first, second) = if is_day_first { (self.day, self.month) } else { (self.month, self.day) };
                write_two(first, out);
                out.push(separator);
                write_two(second, out);
                out.push(separator);
                year(out);
            }
        }
    }
}

fn write_two(number: u32, out: &mut Vec<u8>) {
    out.extend([b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms() {
        let canonical = |text: &str| {
            let mut out = Vec::new();
            Birth::of(text.as_bytes())?.write_canonical(&mut out);
            Some(String::from_utf8(out).unwrap())
        };
        for text in
            ["1972-08-30", "1972-08-30Z", "1972-08-30+02:00", "19720830", "30.8.1972", "30/08/1972", "08-30-1972"]
        {
            assert_eq!(canonical(text).as_deref(), Some("1972-08-30"), "{text}");
        }
        for text in ["", "1972-02-30", "30.08-1972", "30.08.72", "0000-01-01", "13/13/1972", " 19720830", "1.1.1.1972"]
        {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn another_day_of_the_decade(year in 1..2100_u32, month in 1..13_u32, day in 1..29_u32, seed in any::<[u8; 32]>()) {
            let text = format!("{year:04}-{month:02}-{day:02}");
            let birth = Birth::of(text.as_bytes()).unwrap();
            let mut out = Vec::new();
            if birth.draw(&mut Lot::new(&seed), &mut out) {
                let drawn = Birth::of(&out).unwrap();
                prop_assert_eq!(drawn.date.year / 10, year / 10 - u32::from(year >= RECENT));
                prop_assert_ne!(out, text.as_bytes());
            }
        }
    }
}
