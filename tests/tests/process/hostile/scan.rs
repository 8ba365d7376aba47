//! A JSON reader of the tests' own, so that what they expect doesn't come from the code that they
//! test. It knows where each value is, takes any nesting and any number, and is lenient: whether
//! a text is JSON at all is for the runtime to say.

use std::ops::Range;

/// The first JSON value of a text, with all that is in it. The value itself is node 0.
pub(crate) struct Tree<'t> {
    text: &'t [u8],
    nodes: Vec<Node>,
}

struct Node {
    span: Range<usize>,
    children: Vec<Child>,
}

/// A value in an array or an object.
pub(crate) struct Child {
    /// Where its key is, with the quotes; `None` in an array.
    pub(crate) key: Option<Range<usize>>,
    pub(crate) node: usize,
}

impl<'t> Tree<'t> {
    /// Reads a text; `None` if it is no JSON.
    pub(crate) fn scan(text: &'t [u8]) -> Option<Self> {
        Scanner {
            text,
            at: 0,
            nodes: Vec::new(),
        }
        .value()
        .map(|nodes| Self { text, nodes })
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn span(&self, node: usize) -> Range<usize> {
        self.nodes[node].span.clone()
    }

    pub(crate) fn bytes(&self, node: usize) -> &'t [u8] {
        &self.text[self.span(node)]
    }

    pub(crate) fn children(&self, node: usize) -> &[Child] {
        &self.nodes[node].children
    }

    pub(crate) fn is_object(&self, node: usize) -> bool {
        self.bytes(node).starts_with(b"{")
    }

    pub(crate) fn is_array(&self, node: usize) -> bool {
        self.bytes(node).starts_with(b"[")
    }

    /// The array or object that a value is in, and its place there.
    pub(crate) fn parent(&self, node: usize) -> Option<(usize, usize)> {
        (0..node).rev().find_map(|parent| {
            let mut children = self.children(parent).iter();
            let index = children.position(|child| child.node == node)?;
            Some((parent, index))
        })
    }

    /// Where a child of an array or object is, with its key.
    pub(crate) fn member(&self, parent: usize, index: usize) -> Range<usize> {
        let child = &self.children(parent)[index];
        let span = self.span(child.node);
        child.key.as_ref().map_or(span.start, |key| key.start)..span.end
    }

    /// The values at a key of an object; more than one if the key is doubled.
    pub(crate) fn at<'a>(
        &'a self,
        node: usize,
        key: &'a str,
    ) -> impl Iterator<Item = usize> + use<'a, 't> {
        let children = self.children(node).iter();
        children.filter_map(move |child| {
            let found = unescape(&self.text[child.key.clone()?])?;
            (found == key).then_some(child.node)
        })
    }

    /// The one value at a key that is not null.
    pub(crate) fn get(&self, node: usize, key: &str) -> Option<usize> {
        let mut found = self.at(node, key);
        let value = found.next()?;
        (found.next().is_none() && self.bytes(value) != b"null").then_some(value)
    }

    /// The text of a string.
    pub(crate) fn string(&self, node: usize) -> Option<String> {
        unescape(self.bytes(node))
    }

    /// The key of a child, if it is a proper string.
    pub(crate) fn key(&self, child: &Child) -> Option<String> {
        unescape(&self.text[child.key.clone()?])
    }
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
    nodes: Vec<Node>,
}

impl Scanner<'_> {
    /// No recursion: the nesting may be as deep as the text is long.
    fn value(mut self) -> Option<Vec<Node>> {
        let mut open: Vec<usize> = Vec::new();
        loop {
            self.space();
            // A value, or the end of an empty array or object.
            let key = match open.last() {
                Some(&parent) if self.closes(parent) => None,
                Some(&parent) if self.text[self.nodes[parent].span.start] == b'{' => {
                    let start = self.at;
                    self.string()?;
                    let key = start..self.at;
                    self.space();
                    self.take(b':')?;
                    self.space();
                    Some(Some(key))
                }
                _ => Some(None),
            };
            if let Some(key) = key {
                let node = self.nodes.len();
                let start = self.at;
                self.nodes.push(Node {
                    span: start..start,
                    children: Vec::new(),
                });
                if let Some(&parent) = open.last() {
                    self.nodes[parent].children.push(Child { key, node });
                }
                match self.text.get(self.at)? {
                    b'{' | b'[' => {
                        self.at += 1;
                        open.push(node);
                        continue;
                    }
                    b'"' => self.string()?,
                    _ => self.word()?,
                }
                self.nodes[node].span.end = self.at;
            }
            // A comma, or the ends of as many arrays and objects as there are.
            loop {
                let Some(&parent) = open.last() else {
                    return Some(self.nodes);
                };
                self.space();
                if self.closes(parent) {
                    self.at += 1;
                    self.nodes[parent].span.end = self.at;
                    open.pop();
                } else {
                    self.take(b',')?;
                    break;
                }
            }
        }
    }

    fn closes(&self, parent: usize) -> bool {
        let open = self.text[self.nodes[parent].span.start];
        let close = if open == b'{' { b'}' } else { b']' };
        self.text.get(self.at) == Some(&close)
    }

    fn space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.text.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            let rest = self.text.get(self.at..)?;
            self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            if self.text[self.at] == b'"' {
                self.at += 1;
                return Some(());
            }
            self.at += 2;
        }
    }

    fn word(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let is_part =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = rest
            .iter()
            .position(|byte| !is_part(byte))
            .unwrap_or(rest.len());
        self.at += length;
        (length > 0).then_some(())
    }
}

/// The text of a JSON string with its quotes; `None` if it is no string, or not of Unicode.
fn unescape(json: &[u8]) -> Option<String> {
    let inner = json.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let inner = std::str::from_utf8(inner).ok()?;
    if !inner.contains('\\') {
        return Some(inner.to_owned());
    }
    let mut units = Vec::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            units.extend_from_slice(char.encode_utf16(&mut [0; 2]));
            continue;
        }
        units.push(match chars.next()? {
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'u' => {
                let digits = chars.as_str().get(..4)?;
                chars = chars.as_str()[4..].chars();
                u16::from_str_radix(digits, 16).ok()?
            }
            other => u16::try_from(u32::from(other)).ok()?,
        });
    }
    String::from_utf16(&units).ok()
}

#[test]
fn reads_what_serde_json_reads() {
    let text = br#" {"a":[1,{"b\u0063":"x\ud83d\ude00\"","d":[]},{}],"a":-1.5e+9,"e":null} x"#;
    let tree = Tree::scan(text).unwrap();
    let twice: Vec<_> = tree.at(0, "a").collect();
    assert_eq!(tree.bytes(twice[1]), b"-1.5e+9");
    let array = tree.children(twice[0]);
    assert_eq!(array.len(), 3);
    let object = array[1].node;
    let string = tree.get(object, "bc").unwrap();
    assert_eq!(tree.string(string).unwrap(), "x😀\"");
    assert!(tree.get(0, "a").is_none() && tree.get(0, "e").is_none());
    assert!(tree.span(0) == (1..text.len() - 2) && tree.len() == 9);
    for text in [&b"{"[..], b"", b"[1,", b"{\"a\"}", b"[1 2]", b"\"\\\""] {
        assert!(Tree::scan(text).is_none(), "{text:?}");
    }
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert_eq!(Tree::scan(deep.as_bytes()).unwrap().len(), 100_000);
}
