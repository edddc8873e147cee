//! A table of many short words that is filled once: the first draw of a process waits for it.

use xxhash_rust::xxh3::xxh3_64;

/// Values by words. The words stand in one text, so that adding one takes no memory of its own.
#[derive(Debug)]
pub struct WordTable<T> {
    /// A place for each word, at its hash or behind it: its number plus 1; 0: free. A power of two of them, half of them free.
    places: Vec<u32>,
    entries: Vec<Entry<T>>,
    text: String,
}

#[derive(Debug)]
struct Entry<T> {
    /// Of the word in the text.
    start: u32,
    end: u32,
    hash: u32,
    value: T,
}

impl<T: Copy + Default> WordTable<T> {
    /// @param words how many there will be, about; more are taken as well
    #[must_use]
    pub fn with_capacity(words: usize) -> Self {
        Self {
            places: vec![0; (2 * words).next_power_of_two().max(16)],
            entries: Vec::with_capacity(words),
            text: String::with_capacity(8 * words),
        }
    }

    /// The value of a word; the default one if it has none.
    #[must_use]
    pub fn get(&self, word: &str) -> T {
        self.find(word, hash_of(word)).map_or_else(T::default, |index| self.entries[index].value)
    }

    /// The place of a word's value, made if it is not there.
    pub fn entry(&mut self, word: &str) -> &mut T {
        let hash = hash_of(word);
        let index = self.find(word, hash).unwrap_or_else(|| self.add(word, hash));
        &mut self.entries[index].value
    }

    fn find(&self, word: &str, hash: u32) -> Option<usize> {
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        while let Some(index) = self.places[place].checked_sub(1) {
            let entry = &self.entries[index as usize];
            if entry.hash == hash && &self.text.as_bytes()[entry.start as usize..entry.end as usize] == word.as_bytes()
            {
                return Some(index as usize);
            }
            place = (place + 1) & mask;
        }
        None
    }

    fn add(&mut self, word: &str, hash: u32) -> usize {
        if 2 * self.entries.len() >= self.places.len() {
            self.grow();
        }
        let start = number(self.text.len());
        self.text.push_str(word);
        self.entries.push(Entry { start, end: number(self.text.len()), hash, value: T::default() });
        take_place(&mut self.places, hash, number(self.entries.len()));
        self.entries.len() - 1
    }

    fn grow(&mut self) {
        let mut places = vec![0; 2 * self.places.len()];
        for (index, entry) in self.entries.iter().enumerate() {
            take_place(&mut places, entry.hash, number(index + 1));
        }
        self.places = places;
    }
}

fn take_place(places: &mut [u32], hash: u32, number: u32) {
    let mask = places.len() - 1;
    let mut place = hash as usize & mask;
    while places[place] != 0 {
        place = (place + 1) & mask;
    }
    places[place] = number;
}

#[allow(clippy::cast_possible_truncation, reason = "the lower half is as good a hash")]
fn hash_of(word: &str) -> u32 {
    xxh3_64(word.as_bytes()) as u32
}

/// The lists are some megabytes at most.
fn number(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_its_value() {
        let mut table = WordTable::<u32>::with_capacity(4);
        let word = |i: u32| format!("w{}", i % 700);
        for i in 0..2100 {
            *table.entry(&word(i)) += i;
        }
        for i in 0..700 {
            assert_eq!(table.get(&word(i)), 3 * i + 700 + 1400);
        }
        assert_eq!(table.get("w700"), 0);
        assert_eq!(table.get(""), 0);
        *table.entry("") += 1;
        assert_eq!(table.get(""), 1);
    }
}
