//! As much of HTTP/1.1 as the Runtime API needs.

use std::io;

/// A request to the Runtime API.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
}

/// Takes a request from the bytes that were received; `None` while it is not complete.
pub(crate) fn take_request(received: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
    let Some(head_end) = find(received, b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&received[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let path = lines.next().and_then(|line| line.split(' ').nth(1));
    let path = path.ok_or_else(|| invalid("no request line"))?.to_owned();
    let (mut length, mut chunked) = (0, false);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value
                .trim()
                .parse()
                .map_err(|_| invalid("content-length"))?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.trim().eq_ignore_ascii_case("chunked");
        }
    }
    let start = head_end + 4;
    let (body, end) = if chunked {
        match chunks(&received[start..]).ok_or_else(|| invalid("a chunk"))? {
            Some((body, length)) => (body, start + length),
            None => return Ok(None),
        }
    } else {
        let end = start + length;
        match received.get(start..end) {
            Some(body) => (body.to_vec(), end),
            None => return Ok(None),
        }
    };
    received.drain(..end);
    Ok(Some(Request { path, body }))
}

/// A body in chunks, and how many bytes that took. `None` for what is no chunk, `Some(None)` while
/// it is not complete.
#[expect(clippy::option_option, reason = "wrong and incomplete are two things")]
fn chunks(bytes: &[u8]) -> Option<Option<(Vec<u8>, usize)>> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let Some(line) = find(&bytes[at..], b"\r\n") else {
            return Some(None);
        };
        let size = std::str::from_utf8(&bytes[at..at + line]).ok()?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        let start = at + line + 2;
        if size == 0 {
            // There may be trailers before the empty line.
            let Some(end) = find(&bytes[at + line..], b"\r\n\r\n") else {
                return Some(None);
            };
            return Some(Some((body, at + line + end + 4)));
        }
        let Some(chunk) = bytes.get(start..start + size + 2) else {
            return Some(None);
        };
        body.extend(&chunk[..size]);
        at = start + size + 2;
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// A response with further headers, each with its line's end, and a body of JSON.
pub(crate) fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut response = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n"
    )
    .into_bytes();
    response.extend(body);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> Option<(Request, usize)> {
        // However it arrives.
        let bytes = text.as_bytes();
        for end in 0..bytes.len() {
            if let Ok(Some(request)) = take_request(&mut bytes[..end].to_vec()) {
                panic!("{request:?} from {end} bytes of {}", bytes.len());
            }
        }
        let mut received = [bytes, b"GET"].concat();
        let request = take_request(&mut received).unwrap();
        request.map(|request| (request, received.len()))
    }

    #[test]
    fn requests_are_taken_when_they_are_complete() {
        let request = |body: &str| Request {
            path: "/a/b".to_owned(),
            body: body.as_bytes().to_vec(),
        };
        let get = "GET /a/b HTTP/1.1\r\nHost: x\r\n\r\n";
        assert_eq!(taken(get), Some((request(""), 3)));
        let post = "POST /a/b HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(taken(post), Some((request("{}"), 3)));
        let chunked = "POST /a/b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
                       3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n";
        assert_eq!(taken(chunked), Some((request("abcde"), 3)));
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        for text in [
            "\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        ] {
            assert!(
                take_request(&mut text.as_bytes().to_vec()).is_err(),
                "{text:?}"
            );
        }
    }
}
