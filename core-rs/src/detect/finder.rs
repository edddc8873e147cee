//! Finds what is to be replaced in a text.

use super::dictionary::{Dictionary, Value, ValueKind, Variant};
use super::evidence::{bits_of, word_before, words_before};
use super::names;
use super::stream::{CAPITAL, CODE, CUT, DIGIT, DOT, HYPHEN, OTHER, PAREN, SLASH, SPACE, Stream, WRAP};
use super::words::{BIC_ALIKE, BIC_WORD, ID_WORD, NUMBER_WORD, PHONE_WORD, Words};
use crate::kinds::check::luhn_valid;
use crate::kinds::iban::{self, COUNTRIES, Verdict};
use crate::kinds::national::row_of;
use crate::kinds::phone::calling_code_length;
use crate::kinds::subject::Separators;
use crate::plan::Entity;
use crate::text::lexical::days_in;

/// What was found.
#[derive(Clone, Copy, Debug)]
pub struct Finding {
    /// First element.
    pub start: usize,
    /// Behind the last.
    pub end: usize,
    /// What it is.
    pub entity: Entity,
    /// Owner of the value or name in a dictionary; `None` for what is found by its form.
    pub owner: Option<u32>,
    /// How a name is spelled.
    pub variant: Variant,
    /// An account: the last characters of the owner's, an IBAN.
    pub is_tail: bool,
}

const PAN_MIN: usize = 13;
const PAN_MAX: usize = 19;
const VALUE_HEAD: usize = 4;
const NATIONAL_MIN: usize = 9;
const NATIONAL_MAX: usize = 16;
const PHONE_MIN: usize = 7;
const PHONE_MAX: usize = 17;
const NATIONAL_PHONE_MAX: usize = 12;
const BIC_SIZES: [usize; 2] = [11, 8];
/// Words in front of a number that may say what it is.
const WINDOW: usize = 4;
const PHONE_WINDOW: usize = 5;
/// Letters between a party and its phone number.
const PARTY_DISTANCE: usize = 4;
const SEPARATORS: u16 = SPACE | HYPHEN | DOT | SLASH;

/// How sure a card number is: by its digits alone; grouped as one; as long as its scheme's are, or digits side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Likely,
    Grouped,
    OwnLength,
}

/// By what a national identifier is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strength {
    Word,
    Form,
}

/// Finds, in one text after another.
pub struct Finder {
    /// The text at hand.
    pub stream: Stream,
    /// In the order of the text.
    pub findings: Vec<Finding>,
    strong: Vec<Finding>,
    stops: Vec<usize>,
}

struct Look<'look> {
    text: &'look [u8],
    dictionaries: &'look [&'look Dictionary],
    stream: &'look Stream,
    findings: &'look mut Vec<Finding>,
    strong: &'look mut Vec<Finding>,
    stops: &'look mut Vec<usize>,
}

impl Finder {
    /// Finds in texts that a stream reads.
    #[must_use]
    pub fn new(stream: Stream) -> Self {
        Self { stream, findings: Vec::new(), strong: Vec::new(), stops: Vec::new() }
    }

    /// Looks at a text; [`Self::findings`] are what stands in it.
    pub fn find(&mut self, text: &[u8], dictionaries: &[&Dictionary]) {
        self.stream.read(text);
        self.findings.clear();
        self.strong.clear();
        let Self { stream, findings, strong, stops } = self;
        let mut look = Look { text, dictionaries, stream, findings, strong, stops };
        look.find_strong();
        look.find_others();
    }
}

impl Look<'_> {
    // E-mail addresses, IBANs, card numbers and the message's own values: nothing else is taken for a part of one.

    fn find_strong(&mut self) {
        let stream = self.stream;
        let length = stream.len();
        let mut ahead = 0;
        let mut at = 0;
        while at < length {
            let begun = at;
            if let Some((from, to)) = stream.ats.get(ahead).copied()
                && stream.starts[at] as usize >= to
            {
                // The address began in front of its at sign.
                ahead += 1;
                if let Some(end) = self.email(at, from, to) {
                    at = end;
                    continue;
                }
            }
            let mut end = None;
            if stream.is_edge(at) {
                end = self.value(at).or_else(|| self.national(at, length, Strength::Form));
            }
            if end.is_none() {
                if stream.is_digit(at) {
                    end = self.card(at);
                } else if at + 14 < length && stream.is_digit(at + 2) && stream.codes[at + 1] >= 0x61 {
                    end = self.iban(at);
                }
            }
            at = match end {
                Some(end) => end,
                // An at sign may be seen at each element behind it.
                None if ahead < stream.ats.len() => begun + 1,
                None => self.next_strong(begun + 1),
            };
        }
    }

    /// The next element at which an IBAN, a card number, a value or an identifier may begin: at an edge, at the first of digits, and two
    /// characters in front of two digits.
    fn next_strong(&self, at: usize) -> usize {
        let stream = self.stream;
        let mut at = at;
        while at < stream.len() {
            let (digits, edges) = (stream.digits_at(at), stream.edges_at(at));
            // The first digit of the window is looked at itself, the last three once they are in front.
            let candidates = edges | (digits & !(digits << 1)) | ((digits >> 2) & (digits >> 3));
            let known = candidates & (u64::MAX >> 3);
            if known != 0 {
                return at + known.trailing_zeros() as usize;
            }
            at += 61;
        }
        at
    }

    fn find_others(&mut self) {
        let length = self.stream.len();
        let mut next = 0;
        let mut at = 0;
        while at < length {
            let strong = self.strong.get(next).copied();
            if let Some(strong) = strong
                && strong.start <= at
            {
                self.findings.push(strong);
                at = strong.end;
                next += 1;
                continue;
            }
            let limit = strong.map_or(length, |strong| strong.start);
            let end = if self.stream.is_edge(at) { self.find_at(at, limit) } else { None };
            at = end.unwrap_or_else(|| self.next_edge(at + 1, limit));
        }
    }

    /// The next edge, at `limit` at the latest.
    fn next_edge(&self, at: usize, limit: usize) -> usize {
        let mut at = at;
        while at < limit {
            let edges = self.stream.edges_at(at);
            if edges != 0 {
                return limit.min(at + edges.trailing_zeros() as usize);
            }
            at += u64::BITS as usize;
        }
        limit
    }

    fn find_at(&mut self, at: usize, limit: usize) -> Option<usize> {
        if self.stream.is_digit(at) {
            self.national(at, limit, Strength::Word).or_else(|| self.phone(at, limit))
        } else {
            self.name(at, limit).or_else(|| self.bic(at, limit))
        }
    }

    fn finding(start: usize, end: usize, entity: Entity, owner: Option<u32>) -> Finding {
        Finding { start, end, entity, owner, variant: Variant::Full, is_tail: false }
    }

    /// The address around an at sign that stands at `from` to `to`; element `behind` is the first one behind it.
    fn email(&mut self, behind: usize, from: usize, to: usize) -> Option<usize> {
        let stream = self.stream;
        let floor = self.strong.last().map_or(0, |last| last.end);
        let mut start = behind;
        // `(at)` is made of two letters, which are no part of the name.
        if to - from > 1 {
            while start > floor && stream.starts[start - 1] as usize >= from {
                start -= 1;
            }
        }
        let first = start;
        while start > floor {
            if start == first {
                let end = stream.ends[start - 1] as usize;
                if end != from && !self.is_wrap_only(end, from) {
                    break;
                }
            } else if !self.goes_on(start) {
                break;
            }
            start -= 1;
        }
        let begin = stream.starts[behind] as usize;
        if start == first || (begin != to && !self.is_wrap_only(to, begin)) {
            return None;
        }
        let mut end = behind + 1;
        let mut label = behind;
        let mut labels = 1;
        while end < stream.len() {
            let gap = stream.gaps[end];
            if gap == 0 {
                if stream.flags[end] & CODE != 0 {
                    break;
                }
                end += 1;
                continue;
            }
            if !self.goes_on(end) {
                break;
            }
            if gap & DOT != 0 {
                label = end;
                labels += 1;
            }
            end += 1;
        }
        if labels < 2 || end - label < 2 {
            return None;
        }
        self.strong.push(Self::finding(start, end, Entity::Email, None));
        Some(end)
    }

    /// Whether an address goes on over the gap in front of an element.
    fn goes_on(&self, at: usize) -> bool {
        let (gap, count) = (self.stream.gaps[at], self.stream.counts[at]);
        gap & !(DOT | HYPHEN | WRAP | CUT) == 0
            && count <= 1
            && (gap & WRAP == 0 || gap & CUT != 0 || self.stream.all_cut)
    }

    /// Whether only a wrap stands between two places of the text.
    fn is_wrap_only(&self, from: usize, to: usize) -> bool {
        from >= to || self.text[from..to].iter().all(|byte| matches!(byte, b'\n' | b'\r' | b'/' | b'?' | b'0'..=b'9'))
    }

    fn iban(&mut self, at: usize) -> Option<usize> {
        let stream = self.stream;
        let letter = |code: u32| u8::try_from(code).ok().filter(u8::is_ascii_lowercase).map(|code| code - 32);
        let head = [letter(stream.codes[at])?, letter(stream.codes[at + 1])?];
        if !stream.is_digit(at + 3) {
            return None;
        }
        let size = COUNTRIES[usize::from(iban::country_of(&head)?)].length;
        if at + size > stream.len() {
            return None;
        }
        let is_edge = stream.is_edge(at);
        let mut characters = [0; 34];
        for (index, character) in characters.iter_mut().enumerate().take(size) {
            let code = u8::try_from(stream.codes[at + index]).ok().filter(u8::is_ascii)?;
            *character = code.to_ascii_uppercase();
            if index == 0 {
                continue;
            }
            let gap = stream.gaps[at + index];
            if !is_single(gap, stream.counts[at + index]) {
                return None;
            }
            // The head stands together, or in groups where it begins a word.
            let is_head = index < 4 && gap != 0 && gap != WRAP | CUT;
            if is_head && (!is_edge || gap & !(SPACE | HYPHEN) != 0) {
                return None;
            }
        }
        if !matches!(iban::judge(characters.get(..size)?), Verdict::Valid(_)) {
            return None;
        }
        let owner = self.owner_of(at, at + size);
        self.strong.push(Self::finding(at, at + size, Entity::Account, owner));
        Some(at + size)
    }

    /// The owner of a value of a dictionary that is letter by letter what stands at [at, end).
    fn owner_of(&self, at: usize, end: usize) -> Option<u32> {
        let own = &self.stream.codes[at..end];
        self.dictionaries.iter().find_map(|dictionary| {
            let is_own = |value: &&Value| !value.is_tail && dictionary.characters[value.from..value.to] == *own;
            dictionary.values(own).find(is_own).map(|value| value.owner)
        })
    }

    fn card(&mut self, at: usize) -> Option<usize> {
        let stream = self.stream;
        if !matches!(stream.codes[at], 0x32..=0x36) || !self.is_number_edge(at) {
            return None;
        }
        if stream.digits_at(at).trailing_ones() < PAN_MIN as u32 {
            return None;
        }
        let (end, rank) = self.card_end(at)?;
        if rank < Rank::OwnLength && (self.is_group_before(at) || self.is_group_behind(at, end)) {
            return None;
        }
        // Another number in front of a card's own may make both look like one.
        if rank == Rank::Likely {
            for next in at + 1..end {
                let begins = matches!(stream.codes[next], 0x32..=0x36) && stream.gaps[next] != 0;
                if begins && self.card_end(next).is_some_and(|(_, rank)| rank > Rank::Likely) {
                    return None;
                }
            }
        }
        let owner = self.owner_of(at, end);
        self.strong.push(Self::finding(at, end, Entity::Card, owner));
        Some(end)
    }

    /// Four digits stand in front of a number, parted from it as its own groups are.
    fn is_group_before(&self, at: usize) -> bool {
        let stream = self.stream;
        if !self.is_continued(at) || stream.gaps[at] & SEPARATORS != stream.gap(at + 4) & SEPARATORS {
            return false;
        }
        let mut from = at - 1;
        while from > 0 && stream.gaps[from] == 0 && stream.is_digit(from - 1) {
            from -= 1;
        }
        at - from == 4
    }

    /// Digits stand behind a number that ends in four, parted from it as its own groups are.
    fn is_group_behind(&self, at: usize, end: usize) -> bool {
        let gaps = &self.stream.gaps;
        self.is_continued(end)
            && gaps[end] & SEPARATORS == gaps[at + 4] & SEPARATORS
            && gaps[end - 4] != 0
            && gaps[end - 3..end].iter().all(|gap| *gap == 0)
    }

    /// Where the card number ends that begins at an element, and how sure it is.
    fn card_end(&self, at: usize) -> Option<(usize, Rank)> {
        let stream = self.stream;
        let mut digits = [0; PAN_MAX];
        let mut size = 0;
        let mut found = None;
        // Groups of four, but for the last one; 4-6-5 and 4-6-4.
        let mut group = 0;
        let mut groups = 0;
        let mut second = 0;
        let mut is_grouped = true;
        let mut is_wrapped = false;
        let mut place = at;
        while place < stream.len() && size < PAN_MAX && stream.is_digit(place) {
            let gap = stream.gaps[place];
            if place > at && gap != 0 {
                if !is_single(gap, stream.counts[place]) {
                    break;
                }
                // A wrap may stand for a separator, or inside of a group.
                if gap & WRAP != 0 {
                    is_wrapped = true;
                }
                if gap & SEPARATORS != 0 || (groups > 0 && (group == 4 || group == second)) {
                    groups += 1;
                    if groups == 2 {
                        second = group;
                    }
                    if group != 4 && !(groups == 2 && group == 6) {
                        is_grouped = false;
                    }
                    group = 0;
                }
            }
            digits[size] = stream.codes[place] as u8;
            size += 1;
            group += 1;
            place += 1;
            if size < PAN_MIN || !self.is_number_edge(place) || !luhn_valid(&digits[..size]) {
                continue;
            }
            let is_own = is_card_length(&digits, size);
            let last = if second == 6 { groups == 2 && group >= 4 } else { group <= 4 };
            let is_whole = groups == 0 || (is_grouped && last);
            let rank = if (is_wrapped && is_own) || (is_whole && (groups == 0 || is_own)) {
                Rank::OwnLength
            } else if is_whole {
                Rank::Grouped
            } else {
                Rank::Likely
            };
            if found.is_none_or(|(_, known)| rank >= known) {
                found = Some((place, rank));
            }
        }
        found
    }

    /// Whether a number may begin at an element, or end in front of it.
    fn is_number_edge(&self, at: usize) -> bool {
        let stream = self.stream;
        at == 0 || at >= stream.len() || stream.gaps[at] != 0 || !stream.is_digit(at) || !stream.is_digit(at - 1)
    }

    /// The longest value at an element that begins a word; of the end of an IBAN and another value the one that was added last.
    fn value(&mut self, at: usize) -> Option<usize> {
        let stream = self.stream;
        let codes = stream.codes.get(at..).filter(|codes| codes.len() >= VALUE_HEAD)?;
        let mut found: Option<(usize, &Value)> = None;
        for dictionary in self.dictionaries {
            for value in dictionary.values(codes) {
                let size = value.to - value.from;
                let known = found.map_or(0, |(size, _)| size);
                if size <= known || size > codes.len() || !stream.is_edge(at + size) {
                    continue;
                }
                let is_like = codes[..size] == dictionary.characters[value.from..value.to]
                    && (at + 1..at + size).all(|place| is_loose(stream.gaps[place], stream.counts[place]));
                if is_like {
                    found = Some((size, value));
                }
            }
        }
        let (size, value) = found?;
        let entity = match value.kind {
            ValueKind::Account => Entity::Account,
            ValueKind::Reference => Entity::Reference,
            ValueKind::Id => Entity::Identifier,
        };
        let finding = Self::finding(at, at + size, entity, Some(value.owner));
        self.strong.push(Finding { is_tail: value.is_tail, ..finding });
        Some(at + size)
    }

    /// Whether a national identifier can stand at an element, by where digits stand and words end: most often it cannot.
    fn may_be_national(&self, at: usize, limit: usize, asked: Strength) -> bool {
        let (digits, gaps) = (self.stream.digits_at(at), self.stream.edges_at(at));
        // One of the first seven characters is a digit.
        if digits.trailing_zeros() >= 7 || (digits & 0xffff).count_ones() < 6 {
            return false;
        }
        (NATIONAL_MIN..=NATIONAL_MAX.min(limit - at)).any(|size| {
            let own = digits & ((1 << size) - 1);
            let count = own.count_ones() as usize;
            if gaps & (1 << size) == 0 || count < 6 {
                return false;
            }
            // As `may_be_known`, which knows the signs too.
            asked == Strength::Word
                || match size {
                    9 => count < size || gaps & (1 << 3 | 1 << 5) == 1 << 3 | 1 << 5,
                    10 | 12 => count == size && gaps & (1 << (size - 4)) != 0,
                    13 => count == size && self.stream.codes[at] == 0x37,
                    15 => true,
                    16 => count < size,
                    _ => false,
                }
        })
    }

    /// A national identifier that is known by its form, or by a word in front of it.
    fn national(&mut self, at: usize, limit: usize, asked: Strength) -> Option<usize> {
        let stream = self.stream;
        if !self.may_be_national(at, limit, asked) {
            return None;
        }
        let mut text = [0; NATIONAL_MAX];
        let mut found = None;
        let mut hyphens = 0_u32;
        let mut points = 0;
        let mut breaks = 0_u32;
        let mut digits = 0;
        let mut is_small = false;
        for size in 1..=NATIONAL_MAX.min(limit - at) {
            let place = at + size - 1;
            let code = stream.codes[place];
            let gap = if size == 1 { 0 } else { stream.gaps[place] };
            if code >= 0x80 || !is_single(gap, stream.counts[place]) {
                break;
            }
            text[size - 1] = (code as u8).to_ascii_uppercase();
            let bit = 1 << (size - 1);
            if gap & SEPARATORS != 0 {
                breaks |= bit;
            }
            if gap & HYPHEN != 0 {
                hyphens |= bit;
            }
            if gap & (DOT | SLASH) != 0 {
                points += 1;
            }
            if stream.is_digit(place) {
                digits += 1;
            } else if !stream.is_capital(place) {
                is_small = true;
            }
            if size < NATIONAL_MIN || digits < 6 || !stream.is_edge(place + 1) {
                // No form begins with more letters than six.
                if size > 6 && digits == 0 {
                    break;
                }
                continue;
            }
            if asked == Strength::Form && !may_be_known(&text[..size], digits, hyphens) {
                continue;
            }
            let Some(mut strength) = national_strength(&text[..size], digits, hyphens) else { continue };
            // A date and a letter beside it are not one number; the French number has groups of its own.
            let is_date = size == 9 && ((digits == 8 && breaks & (1 << 4) != 0) || (digits == 6 && points > 0));
            let is_ungrouped = size == 15 && breaks != 0 && breaks & 2 == 0 && breaks != 1 << 13;
            if is_date || is_ungrouped {
                strength = Strength::Word;
            }
            if asked == Strength::Word || (strength == Strength::Form && !is_small) {
                found = Some(place + 1);
            }
        }
        // The words are looked at last: most numbers are no candidates.
        let end = found.filter(|_| asked == Strength::Form || words_before(stream, at, WINDOW) & ID_WORD != 0)?;
        let finding = Self::finding(at, end, Entity::Identifier, None);
        if asked == Strength::Form {
            self.strong.push(finding);
        } else {
            self.findings.push(finding);
        }
        Some(end)
    }

    fn name(&mut self, at: usize, limit: usize) -> Option<usize> {
        let mut found: Option<names::Named> = None;
        for dictionary in self.dictionaries {
            let Some(named) = names::find_at(self.stream, at, dictionary).filter(|named| named.end <= limit) else {
                continue;
            };
            let is_better = match found {
                None => true,
                Some(known) => named.end > known.end || (named.end == known.end && named.variant < known.variant),
            };
            if is_better {
                found = Some(named);
            }
        }
        let names::Named { end, owner, variant } = found?;
        self.findings.push(Finding { variant, ..Self::finding(at, end, Entity::Name, Some(owner)) });
        Some(end)
    }

    fn bic(&mut self, at: usize, limit: usize) -> Option<usize> {
        for size in BIC_SIZES {
            let end = at + size;
            if end > limit || !self.stream.is_edge(end) || !self.has_bic_form(at, size) || !self.is_bic(at, size) {
                continue;
            }
            self.findings.push(Self::finding(at, end, Entity::Bic, None));
            return Some(end);
        }
        None
    }

    /// Four letters, a country, a location, maybe a branch; side by side or in these groups.
    fn has_bic_form(&self, at: usize, size: usize) -> bool {
        let stream = self.stream;
        let is_grouped = (stream.gaps[at + 4] | stream.gaps[at + 6]) & (SPACE | HYPHEN) != 0;
        if size == 11 && stream.gaps[at + 8] != 0 && !self.is_branch(at + 8) {
            return false;
        }
        for index in 0..size {
            let place = at + index;
            if stream.codes[place] >= 0x80 || (stream.is_digit(place) && index < 6) {
                return false;
            }
            if index == 0 {
                continue;
            }
            let gap = stream.gaps[place];
            if stream.flags[place] & CODE != 0 {
                return false;
            }
            if is_grouped && matches!(index, 4 | 6 | 8) {
                if gap == 0 || gap & !(SPACE | HYPHEN | WRAP | CUT) != 0 || stream.counts[place] > 1 {
                    return false;
                }
            } else if gap != 0 && gap != WRAP | CUT {
                return false;
            }
        }
        if matches!(stream.codes[at + 6], 0x30 | 0x31) || stream.codes[at + 7] == 0x6f {
            return false;
        }
        if is_grouped && bits_of(stream, at, at + 4) != 0 {
            return false;
        }
        Words::load().is_country(stream.codes[at + 4], stream.codes[at + 5])
    }

    /// Whether what has the form of a BIC is one and not a word.
    fn is_bic(&self, at: usize, size: usize) -> bool {
        let stream = self.stream;
        let flags = &stream.flags[at..at + size];
        let has_digit = flags.iter().any(|flags| flags & DIGIT != 0);
        let is_capital = flags.iter().all(|flags| flags & (DIGIT | CAPITAL) != 0);
        if word_before(stream, at) & BIC_WORD != 0 || self.is_behind_account(at) {
            return is_capital || has_digit;
        }
        let is_telling =
            has_digit || stream.codes[at + 6] == stream.codes[at + 7] || (size == 11 && self.is_branch(at + 8));
        if !is_telling || bits_of(stream, at, at + size) & BIC_ALIKE != 0 {
            return false;
        }
        is_capital || words_before(stream, at, WINDOW) & BIC_WORD != 0
    }

    /// Three characters of which one is a digit, or `XXX`.
    fn is_branch(&self, at: usize) -> bool {
        let place = at..at + 3;
        self.stream.flags[place.clone()].iter().any(|flags| flags & DIGIT != 0)
            || self.stream.codes[place].iter().all(|code| *code == u32::from(b'x'))
    }

    /// Whether an account stands in front of an element, with nothing but signs between them.
    fn is_behind_account(&self, at: usize) -> bool {
        self.findings.last().is_some_and(|last| last.end == at && last.entity == Entity::Account)
    }

    fn phone(&mut self, at: usize, limit: usize) -> Option<usize> {
        let stream = self.stream;
        if stream.digits_at(at).trailing_ones() < PHONE_MIN as u32 {
            return None;
        }
        let front = stream.sign_before(self.text, at);
        let is_plus = front == b'+';
        let mut digits = [0; PHONE_MAX];
        let mut size = 0;
        self.stops.clear();
        let mut place = at;
        while place < limit && size < PHONE_MAX && stream.is_digit(place) {
            if place > at && !is_phone_gap(stream.gaps[place], stream.counts[place]) {
                break;
            }
            digits[size] = stream.codes[place] as u8;
            size += 1;
            place += 1;
            if stream.is_edge(place) {
                self.stops.push(place);
            }
        }
        if size < PHONE_MIN {
            return None;
        }
        let is_double = !is_plus && digits.starts_with(b"00");
        let skip = if is_double { 2 } else { 0 };
        let is_international = (is_plus || is_double) && calling_code_length(&digits[skip..size]) > 0;
        if is_plus && !is_international {
            return None;
        }
        let is_sure = words_before(stream, at, PHONE_WINDOW) & PHONE_WORD != 0;
        let is_doubtful = !is_plus
            && !is_sure
            && (words_before(stream, at, 2) & (NUMBER_WORD | ID_WORD) != 0 || self.is_continued(at));
        for index in (0..self.stops.len()).rev() {
            let end = self.stops[index];
            let Some(count) = (end - at).checked_sub(skip).filter(|count| *count >= PHONE_MIN) else { break };
            let is_number = if is_international {
                count > PHONE_MIN
                    && count <= longest_number(&digits[skip..], self.has_trunk(at, end))
                    && (is_plus || is_sure || !(is_doubtful || self.is_continued(end) || self.groups(at, end) < 2))
            } else {
                count <= NATIONAL_PHONE_MAX
                    && !self.is_date(at, end)
                    && self.is_national(at, end, front == b'(', is_sure, is_doubtful)
            };
            if is_number {
                self.findings.push(Self::finding(at, end, Entity::Phone, None));
                return Some(end);
            }
        }
        None
    }

    /// Whether digits are a number without a calling code.
    fn is_national(&self, at: usize, end: usize, is_paren: bool, is_sure: bool, is_doubtful: bool) -> bool {
        let stream = self.stream;
        let groups = self.groups(at, end);
        let count = end - at;
        let is_zero = stream.codes[at] == 0x30;
        if is_paren && count == 10 && at + 3 < stream.len() && stream.gaps[at + 3] & PAREN != 0 {
            return true;
        }
        if is_zero && (is_sure || (is_paren && groups > 1 && !is_doubtful)) {
            return true;
        }
        if is_sure && count >= 8 && (groups > 1 || (count >= 9 && word_before(stream, at) & PHONE_WORD != 0)) {
            return true;
        }
        if is_doubtful || self.is_continued(end) || !(9..=11).contains(&count) {
            return false;
        }
        // A British mobile number has a form of its own.
        if is_zero && stream.codes[at + 1] == 0x37 && count == 11 && self.group_end(at, end) == at + 5 && groups == 2 {
            return true;
        }
        self.is_behind_party(at) && if is_zero { groups > 1 || count > 9 } else { groups > 2 && count == 9 }
    }

    /// Whether a name, an e-mail address or another phone number stands in front of an element, maybe with a short word between, or a
    /// line begins.
    fn is_behind_party(&self, at: usize) -> bool {
        let gap = self.stream.gaps[at];
        if at == 0 || (gap & WRAP != 0 && gap & CUT == 0) {
            return true;
        }
        self.findings.last().is_some_and(|last| {
            at - last.end <= PARTY_DISTANCE && matches!(last.entity, Entity::Name | Entity::Email | Entity::Phone)
        })
    }

    /// Whether digits are a date: 2-2-4, 4-2-2, and 2-2-2 with whatever behind it, the first three with one separator.
    fn is_date(&self, at: usize, end: usize) -> bool {
        let gaps = &self.stream.gaps;
        let first = self.group_end(at, end);
        if first == end {
            return false;
        }
        let second = self.group_end(first, end);
        if second == end {
            return false;
        }
        let third = self.group_end(second, end);
        let separator = gaps[first] & SEPARATORS;
        if separator != gaps[second] & SEPARATORS {
            return false;
        }
        match (first - at, second - first, third - second) {
            (2, 2, 4) | (4, 2, 2) => third == end,
            (2, 2, 2) => third == end || gaps[third] & SEPARATORS != separator,
            _ => false,
        }
    }

    /// Where the first group of a number ends.
    fn group_end(&self, at: usize, end: usize) -> usize {
        (at + 1..end).find(|place| self.stream.gaps[*place] & !(WRAP | CUT) != 0).unwrap_or(end)
    }

    fn groups(&self, at: usize, end: usize) -> usize {
        1 + (at + 1..end).filter(|place| self.stream.gaps[*place] & !(WRAP | CUT) != 0).count()
    }

    /// Whether digits stand on both sides of an element's gap, as in one number.
    fn is_continued(&self, at: usize) -> bool {
        let stream = self.stream;
        at > 0
            && at < stream.len()
            && stream.is_digit(at)
            && stream.is_digit(at - 1)
            && stream.gaps[at] & !(WRAP | CUT | SEPARATORS | OTHER) == 0
            && stream.counts[at] <= 1
    }

    /// Whether a trunk zero stands in brackets.
    fn has_trunk(&self, at: usize, end: usize) -> bool {
        (at + 1..end.saturating_sub(1)).any(|place| is_trunk(self.stream, place))
    }
}

/// Whether a digit is a trunk zero in brackets; something stands behind it.
#[must_use]
pub fn is_trunk(stream: &Stream, at: usize) -> bool {
    stream.codes[at] == 0x30 && stream.gap(at) & PAREN != 0 && stream.gap(at + 1) & PAREN != 0
}

/// Gaps inside of numbers: none, a wrap, one separator, with a wrap or without.
#[inline]
fn is_single(gap: u16, count: u8) -> bool {
    gap == 0 || (gap & !(WRAP | CUT | SEPARATORS) == 0 && count <= 1)
}

/// Gaps inside of values of a dictionary: of two separators one may be a point (`N. 12`).
fn is_loose(gap: u16, count: u8) -> bool {
    gap == 0 || (gap & !(WRAP | CUT | SEPARATORS) == 0 && (count <= 1 || (gap & DOT != 0 && count == 2)))
}

fn is_phone_gap(gap: u16, count: u8) -> bool {
    gap & !(WRAP | CUT | SEPARATORS | PAREN) == 0 && count <= if gap & PAREN != 0 { 3 } else { 1 }
}

/// Whether card numbers of a scheme, told by the first digits, have so many.
fn is_card_length(digits: &[u8; PAN_MAX], size: usize) -> bool {
    match digits {
        [b'3', b'4' | b'7', ..] => size == 15,
        [b'2', ..] | [b'3', b'5', ..] | [b'5', b'1'..=b'5', ..] | [b'6', b'0' | b'4' | b'5', ..] => size == 16,
        [b'3', second, ..] => size == 14 && matches!(second, b'0' | b'6' | b'8'..),
        [b'4', ..] => matches!(size, 13 | 16 | 19),
        _ => size >= 16,
    }
}

/// Digits of the longest number by calling code, the code included.
fn longest_number(digits: &[u8], has_trunk: bool) -> usize {
    let most = match digits {
        [b'1' | b'7', ..] | [b'3', b'1'..=b'4', ..] | [b'4', b'1' | b'6' | b'8', ..] => 11,
        [b'4', b'4', ..] | [b'3', b'5', b'1'..=b'3', ..] | [b'4', b'2', b'0', ..] => 12,
        [b'4', b'5' | b'7', ..] => 10,
        _ => return 14,
    };
    most + usize::from(has_trunk)
}

/// Whether characters so many can be an identifier that is known by its form: for most numbers the answer is cheap.
fn may_be_known(text: &[u8], digits: usize, hyphens: u32) -> bool {
    let size = text.len();
    if digits < size {
        return matches!(size, 9 | 15 | 16);
    }
    match size {
        9 => hyphens == 1 << 3 | 1 << 5,
        10 | 12 => hyphens == 1 << (size - 4),
        13 => text[0] == b'7',
        15 => true,
        _ => false,
    }
}

/// By what a national identifier is known, if it is one.
fn national_strength(text: &[u8], digits: usize, hyphens: u32) -> Option<Strength> {
    let size = text.len();
    let is_ssn = size == 9 && hyphens == 1 << 3 | 1 << 5;
    let separators = if is_ssn { Separators::SocialSecurity } else { Separators::None };
    if row_of(text, separators).is_some() {
        let is_known = digits < size || is_ssn || size == 15 || (size == 13 && text[0] == b'7');
        return Some(if is_known { Strength::Form } else { Strength::Word });
    }
    if digits < size {
        return None;
    }
    match size {
        9 => is_portuguese(text).then_some(Strength::Word),
        10 | 12 if is_swedish(text) => Some(if hyphens == 1 << (size - 4) { Strength::Form } else { Strength::Word }),
        _ => None,
    }
}

/// NIF: weights 9 to 2, modulus 11.
fn is_portuguese(text: &[u8]) -> bool {
    let sum: u32 = text.iter().take(8).zip((2..=9).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let rest = 11 - sum % 11;
    !matches!(text[0], b'0' | b'4' | b'7') && (if rest > 9 { 0 } else { rest }) == u32::from(text[8] - b'0')
}

/// Personnummer: a day, and Luhn over its last ten digits; 60 is added to the day of a samordningsnummer.
fn is_swedish(text: &[u8]) -> bool {
    let from = text.len() - 10;
    let two = |at: usize| u32::from(text[at] - b'0') * 10 + u32::from(text[at + 1] - b'0');
    let day = if two(from + 4) > 60 { two(from + 4) - 60 } else { two(from + 4) };
    let century = if from == 2 { two(0) * 100 } else { 2000 };
    if from == 2 && century != 1900 && century != 2000 {
        return false;
    }
    let (year, month) = (century + two(from), two(from + 2));
    (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month) && luhn_valid(&text[from..])
}
