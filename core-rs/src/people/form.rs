//! The forms of names and words in which their spellings are one (docs/internals/people.md, "Name form" and "Names").

use super::draw::is_organisation;
use super::lists::{Forms, Role};
use crate::text::unicode::Unicode;

/// Words of the longest title.
const TITLE_WORDS: usize = 4;

/// What a code point is in a name.
enum Sort {
    /// Part of a word, in this spelling.
    Letters(&'static str),
    /// Part of a word, as it is.
    Letter,
    /// Left out.
    Nothing,
    /// Ends a word.
    Separator,
    /// A word of its own.
    And,
    /// Ends a word; family name in front.
    Comma,
}

fn sort_of(character: char, unicode: &Unicode) -> Sort {
    match character {
        '0'..='9' | 'a'..='z' => Sort::Letter,
        '\''
        | '`'
        | '\u{ad}'
        | '\u{2bc}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2018}'
        | '\u{2019}'
        | '\u{201b}'
        | '\u{2060}'
        | '\u{feff}' => Sort::Nothing,
        '&' | '+' => Sort::And,
        ',' => Sort::Comma,
        '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{2010}'..='\u{2015}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{2212}'
        | '\u{3000}' => Sort::Separator,
        'æ' => Sort::Letters("ae"),
        'œ' => Sort::Letters("oe"),
        'ø' => Sort::Letters("o"),
        'đ' | 'ð' => Sort::Letters("d"),
        'ħ' => Sort::Letters("h"),
        'ı' => Sort::Letters("i"),
        'ł' => Sort::Letters("l"),
        'ŧ' => Sort::Letters("t"),
        'þ' => Sort::Letters("th"),
        _ if character.is_ascii() => Sort::Separator,
        _ if unicode.combining_class(u32::from(character)) != 0 => Sort::Nothing,
        _ => Sort::Letter,
    }
}

/// `ae`, `oe` and `ue` as `a`, `o` and `u`: umlauts are written all three ways.
fn shorten_into(word: &str, out: &mut String) {
    let mut characters = word.chars().peekable();
    while let Some(character) = characters.next() {
        out.push(character);
        if matches!(character, 'a' | 'o' | 'u') {
            characters.next_if_eq(&'e');
        }
    }
}

pub(crate) fn shorten(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    shorten_into(word, &mut out);
    out
}

/// Whether a word of a form is what an ASCII word of the lists becomes.
#[must_use]
pub fn is_form_of(own: &str, word: &str) -> bool {
    let mut own = own.bytes();
    let mut letters = word.bytes().map(|letter| letter.to_ascii_lowercase()).peekable();
    while let Some(letter) = letters.next() {
        if own.next() != Some(letter) {
            return false;
        }
        if matches!(letter, b'a' | b'o' | b'u') {
            letters.next_if_eq(&b'e');
        }
    }
    own.next().is_none()
}

/// The form of an entry of the lists, ASCII words with spaces or hyphens between them.
#[must_use]
pub fn normal(words: &str) -> String {
    let mut form = Normal::default();
    form.of(words);
    form.out.form
}

/// Makes the forms of many entries of the lists, one after the other.
#[derive(Debug, Default)]
pub struct Normal {
    small: String,
    out: FormWriter,
}

impl Normal {
    /// As [`normal`]; the next call overwrites it.
    pub fn of(&mut self, words: &str) -> &str {
        self.out.form.clear();
        self.out.is_run = false;
        // Most entries are one word.
        if words.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            self.push_word(words);
            return &self.out.form;
        }
        self.small.clear();
        self.small.push_str(words);
        self.small.make_ascii_lowercase();
        for word in self.small.split([' ', '-']) {
            self.out.push(word);
        }
        &self.out.form
    }

    /// One word of letters, as [`shorten_into`] has it.
    fn push_word(&mut self, word: &str) {
        let mut last = 0;
        for byte in word.bytes() {
            let letter = byte.to_ascii_lowercase();
            let is_left_out = letter == b'e' && matches!(last, b'a' | b'o' | b'u');
            if !is_left_out {
                self.out.form.push(char::from(letter));
            }
            // An `e` that was left out is no letter for the one behind it.
            last = if is_left_out { 0 } else { letter };
        }
    }
}

/// Writes words as a form: steps 1 and 3.
#[derive(Debug, Default)]
struct FormWriter {
    form: String,
    /// Whether the last word is of single letters.
    is_run: bool,
}

impl FormWriter {
    fn with_capacity(capacity: usize) -> Self {
        Self { form: String::with_capacity(capacity), is_run: false }
    }

    fn push(&mut self, word: &str) {
        let start = self.form.len();
        shorten_into(word, &mut self.form);
        let is_single = matches!(&self.form.as_bytes()[start..], [letter] if letter.is_ascii_alphabetic());
        if start > 0 && !(is_single && self.is_run) {
            self.form.insert(start, ' ');
        }
        self.is_run = is_single;
    }
}

/// A text, decomposed and folded, as words.
enum Token<'text> {
    Word(&'text str),
    And,
    Comma,
}

fn tokenise(text: &str, unicode: &Unicode, mut each: impl FnMut(Token)) {
    let mut word = String::new();
    for character in text.chars().chain([' ']) {
        let sort = sort_of(character, unicode);
        match sort {
            Sort::Letters(letters) => word.push_str(letters),
            Sort::Letter => word.push(character),
            Sort::Nothing => {}
            Sort::Separator | Sort::And | Sort::Comma => {
                if !word.is_empty() {
                    each(Token::Word(&word));
                    word.clear();
                }
                match sort {
                    Sort::And => each(Token::And),
                    Sort::Comma => each(Token::Comma),
                    _ => {}
                }
            }
        }
    }
}

/// The words of a text that is decomposed and folded, before umlauts and initials are seen to, joined by spaces.
#[must_use]
pub fn plain_words(text: &str, unicode: &Unicode) -> String {
    let mut out = String::with_capacity(text.len());
    tokenise(text, unicode, |token| {
        let word = match token {
            Token::Word(word) => word,
            Token::And => "&",
            Token::Comma => return,
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    });
    out
}

/// The form of words that are joined by spaces; of none the text itself.
#[must_use]
pub fn form_of_words(words: &str, text: &str) -> String {
    if words.is_empty() {
        return text.to_owned();
    }
    let mut out = FormWriter::with_capacity(words.len());
    words.split(' ').for_each(|word| out.push(word));
    out.form
}

/// The word form of a text that is decomposed and folded; the text itself where it has no word.
#[must_use]
pub fn word_form(text: &str, unicode: &Unicode) -> String {
    form_of_words(&plain_words(text, unicode), text)
}

/// The name form of a text that is decomposed and folded; the text itself where it has no word.
#[must_use]
pub fn name_form(text: &str, unicode: &Unicode, forms: &Forms) -> String {
    let mut parts = vec![Vec::new()];
    tokenise(text, unicode, |token| match (token, parts.last_mut()) {
        (Token::Comma, _) => parts.push(Vec::new()),
        (Token::Word(word), Some(part)) => part.push(shorten(word)),
        (Token::And, Some(part)) => part.push("&".to_owned()),
        (_, None) => {}
    });
    let is_turned = matches!(parts.as_slice(), [_, behind] if !behind.is_empty() && !is_form(behind, forms));
    if is_turned {
        parts.reverse();
    }
    let joined: Vec<String> = parts.into_iter().flat_map(join_initials).collect();
    let mut words = joined.as_slice();
    let is_title = |words: &[String]| forms.has(Role::Title, &words.join(" "));
    while let Some(first) = words.first()
        && forms.has(Role::TitleStart, first)
        && let Some(count) = longest(words.len()).find(|count| is_title(&words[..*count]))
    {
        words = &words[count..];
    }
    let is_suffix = |words: &[String]| forms.has(Role::Suffix, &words.join(" "));
    while let Some(last) = words.last()
        && forms.has(Role::SuffixEnd, last)
        && let Some(count) = longest(words.len()).find(|count| is_suffix(&words[words.len() - count..]))
    {
        words = &words[..words.len() - count];
    }
    if words.is_empty() { text.to_owned() } else { words.join(" ") }
}

/// A person's name form with only an initial in front of the last word; `None` for other names and such as have one word.
#[must_use]
pub fn initials(name: &str, forms: &Forms) -> Option<String> {
    let (front, last) = name.rsplit_once(' ')?;
    let initial = front.chars().next()?;
    (!is_organisation(name, forms)).then(|| format!("{initial} {last}"))
}

/// The short way to the word form of what most values are, words of two ASCII letters or more with single spaces between them, which
/// are decomposed, and but for capitals folded, already. Appends it; `false`, and nothing appended, for everything else.
#[must_use]
pub fn write_small_words(text: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.reserve(text.len());
    let mut letters = 0;
    let mut last = b' ';
    for byte in text {
        let byte = match byte {
            b'a'..=b'z' => *byte,
            b'A'..=b'Z' => *byte | 0x20,
            // A word of which one letter is left may have to be joined to its neighbour.
            b' ' if letters > 1 => {
                letters = 0;
                out.push(b' ');
                last = b' ';
                continue;
            }
            _ => {
                letters = 0;
                break;
            }
        };
        if byte == b'e' && matches!(last, b'a' | b'o' | b'u') {
            // The `e` is gone; one that follows it is not.
            last = b' ';
            continue;
        }
        letters += 1;
        out.push(byte);
        last = byte;
    }
    if letters < 2 {
        out.truncate(start);
    }
    letters > 1
}

/// The short way to the name form, of words none of which is a title: as [`write_small_words`].
#[must_use]
pub fn write_plain_name(text: &[u8], forms: &Forms, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let is_written = write_small_words(text, out) && {
        let name = &out[start..];
        let is_space = |byte: &u8| *byte == b' ';
        let first = name.iter().position(is_space).map(|end| &name[..end]);
        let last = name.iter().rposition(is_space).map(|end| &name[end + 1..]);
        let has = |role, word: Option<&[u8]>| {
            word.is_some_and(|word| core::str::from_utf8(word).is_ok_and(|word| forms.has(role, word)))
        };
        !has(Role::TitleStart, first) && !has(Role::SuffixEnd, last)
    };
    if !is_written {
        out.truncate(start);
    }
    is_written
}

/// Counts of words that a title can have beside a name, the most first.
fn longest(words: usize) -> impl Iterator<Item = usize> {
    (1..words).rev().skip_while(|count| *count > TITLE_WORDS)
}

/// Whether the words behind a comma are a legal form or such as stand behind names anyway.
fn is_form(words: &[String], forms: &Forms) -> bool {
    let joined = join_initials(words.to_vec()).join(" ");
    forms.has(Role::Suffix, &joined) || forms.legal(&joined).is_some()
}

/// Single letters that follow one another are one word: S. A. is SA.
pub(crate) fn join_initials(words: Vec<String>) -> Vec<String> {
    let is_letter = |word: &str| matches!(word.as_bytes(), [letter] if letter.is_ascii_alphabetic());
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    let mut is_run = false;
    for word in words {
        let is_single = is_letter(&word);
        match out.last_mut() {
            Some(last) if is_single && is_run => last.push_str(&word),
            _ => out.push(word),
        }
        is_run = is_single;
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_party() {
        let unicode = Unicode::load().unwrap();
        for (text, form) in [
            ("brandhorst, ottilie", "ottilie brandhorst"),
            ("frau prof. dr. ottilie brandhorst, ph.d.", "ottilie brandhorst"),
            ("joerg bauer", "jorg baur"),
            ("atelier meunier s.a.r.l.", "atelier meunier sarl"),
            ("meyer, inc.", "meyer inc"),
            ("o'brien & sons", "obrien & sons"),
            ("dr", "dr"),
            ("--", "--"),
        ] {
            assert_eq!(name_form(text, unicode, Forms::load()), form, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn a_word_of_letters_is_shortened(word in "[aeouAEOUbz]{0,12}") {
            prop_assert_eq!(normal(&word), shorten(&word.to_ascii_lowercase()));
        }

        #[test]
        fn the_short_way_leads_to_the_same_form(text in "((dr|Prof|frau|phd|md|ue|ae|oee|a|AUE|[a-zA-Z]{1,6})[ ,]?){1,5}") {
            let unicode = Unicode::load().unwrap();
            let folded = text.to_ascii_lowercase();
            let mut out = b"-".to_vec();
            if write_plain_name(text.as_bytes(), Forms::load(), &mut out) {
                let form = name_form(&folded, unicode, Forms::load());
                prop_assert_eq!(&out[1..], form.as_bytes());
            }
            out.truncate(1);
            if write_small_words(text.as_bytes(), &mut out) {
                let form = word_form(&folded, unicode);
                prop_assert_eq!(&out[1..], form.as_bytes());
            }
        }
    }
}
