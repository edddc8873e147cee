//! PROTOTYPE, to measure with: what a scanner in Rust would cost that does the main work of the one in TypeScript. It walks a document
//! by the tree of its elements (the child that came next the last time is tried first), looks for markup by SIMD (crate memchr), refuses
//! control characters, and fills tables of values and segments. It knows no namespaces, attributes' values only as a run of bytes, no
//! references, CDATA, comments, encodings, faults, and no catalogue: its tree is learned from the first document.

use memchr::memchr;

/// Words of a value's row and of a segment's, as in docs/internals/engine.md.
const VALUE_WORDS: usize = 8;
const SEGMENT_WORDS: usize = 3;
const NONE: usize = usize::MAX;

struct Node {
    name: Vec<u8>,
    children: Vec<usize>,
    first: usize,
    next: usize,
}

pub struct Scanner {
    nodes: Vec<Node>,
    stack: Vec<usize>,
    pub values: Vec<u32>,
    pub segments: Vec<u32>,
}

impl Scanner {
    pub fn new() -> Self {
        let root = Node { name: Vec::new(), children: Vec::new(), first: NONE, next: NONE };
        Self { nodes: vec![root], stack: Vec::new(), values: Vec::new(), segments: Vec::new() }
    }

    /// Fills the tables from one document; the count of its values.
    pub fn scan(&mut self, input: &[u8]) -> Result<u64, String> {
        let fail = |at: usize| format!("at byte {at}");
        self.stack.clear();
        self.values.clear();
        self.segments.clear();
        let mut at = memchr(b'<', input).ok_or_else(|| fail(0))?;
        if input[at..].starts_with(b"<?") {
            at += memchr(b'>', &input[at..]).ok_or_else(|| fail(at))? + 1;
            at = markup(input, at)?;
        }
        let (mut parent, mut expected, mut last) = (0, self.nodes[0].first, NONE);
        loop {
            let start = at + 1;
            if input.get(start) == Some(&b'/') {
                at = self.close(input, start + 1, parent).ok_or_else(|| fail(at))?;
                last = parent;
                parent = self.stack.pop().ok_or_else(|| fail(at))?;
                if self.stack.is_empty() {
                    return Ok((self.values.len() / VALUE_WORDS) as u64);
                }
                expected = self.nodes[last].next;
                at = markup(input, at)?;
                continue;
            }
            let node = self.child(input, start, parent, expected, last).ok_or_else(|| fail(start))?;
            let mut behind = start + self.nodes[node].name.len();
            if input[behind] != b'>' {
                let end = behind + memchr(b'>', &input[behind..]).ok_or_else(|| fail(behind))?;
                self.value(node, behind, end);
                behind = end;
            }
            let text = behind + 1;
            let end = text + memchr(b'<', &input[text..]).ok_or_else(|| fail(text))?;
            if input.get(end + 1) == Some(&b'/') {
                if input[text..end].iter().any(|byte| (*byte < 0x20 && !byte.is_ascii_whitespace()) || *byte == b'&') {
                    return Err(fail(text));
                }
                self.value(node, text, end);
                at = self.close(input, end + 2, node).ok_or_else(|| fail(end))?;
                last = node;
                expected = self.nodes[node].next;
                at = markup(input, at)?;
            } else {
                self.stack.push(parent);
                parent = node;
                expected = self.nodes[node].first;
                last = NONE;
                at = markup(input, text)?;
            }
        }
    }

    /// The child element whose name begins at `at`: the expected one, or another that is known, or a new one.
    fn child(&mut self, input: &[u8], at: usize, parent: usize, expected: usize, last: usize) -> Option<usize> {
        if expected != NONE && stands(input, at, &self.nodes[expected].name) {
            return Some(expected);
        }
        let known =
            self.nodes[parent].children.iter().copied().find(|child| stands(input, at, &self.nodes[*child].name));
        let node = known.or_else(|| {
            let length = input[at..].iter().position(|byte| matches!(byte, b'>' | b' ' | b'/'))?;
            let name = input[at..at + length].to_vec();
            let new = self.nodes.len();
            self.nodes.push(Node { name, children: Vec::new(), first: NONE, next: NONE });
            self.nodes[parent].children.push(new);
            Some(new)
        })?;
        if last == NONE {
            self.nodes[parent].first = node;
        } else {
            self.nodes[last].next = node;
        }
        Some(node)
    }

    /// Behind the end tag of a node whose name should stand at `at`.
    fn close(&self, input: &[u8], at: usize, node: usize) -> Option<usize> {
        let name = &self.nodes[node].name;
        (stands(input, at, name) && input[at + name.len()] == b'>').then(|| at + name.len() + 1)
    }

    fn value(&mut self, node: usize, start: usize, end: usize) {
        let segment = self.segments.len() / SEGMENT_WORDS;
        self.values.extend_from_slice(&[0, node as u32, segment as u32, 1, 0, 0, node as u32, 0]);
        self.segments.extend_from_slice(&[start as u32, end as u32, 0]);
    }
}

/// Whether a whole name stands at `at`.
fn stands(input: &[u8], at: usize, name: &[u8]) -> bool {
    let end = at + name.len();
    end < input.len() && &input[at..end] == name && matches!(input[end], b'>' | b' ' | b'/')
}

/// Over white space to the next markup.
fn markup(input: &[u8], at: usize) -> Result<usize, String> {
    let space = input[at..].iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
    match space {
        Some(length) if input[at + length] == b'<' => Ok(at + length),
        _ => Err(format!("no markup at byte {at}")),
    }
}
