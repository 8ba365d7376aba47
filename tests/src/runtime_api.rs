//! A Runtime API on the loopback interface, for Lambda functions that are processes.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// How long a process may take for all invocations.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a Lambda function returned for an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returned {
    /// A response.
    Response(String),
    /// An error: its `errorType` and `errorMessage`.
    Error(String, String),
}

/// The results of the invocations of a process.
#[derive(Debug)]
pub struct Invoked {
    /// What was returned, by the invocation's request ID.
    pub returned: BTreeMap<String, Returned>,
    /// How many invocations were in flight at once, at most.
    pub at_once: usize,
    /// How the process ended, if it did so before all invocations had returned.
    pub exit: Option<ExitStatus>,
    /// What it wrote to its standard output and error.
    pub log: String,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(String, Vec<u8>)>,
    in_flight: Vec<String>,
    at_once: usize,
    returned: BTreeMap<String, Returned>,
    problems: Vec<String>,
}

#[derive(Default)]
struct Server {
    state: Mutex<State>,
    changed: Condvar,
}

/// Starts a process, hands out the invocations (request ID and body), and kills it when all have
/// returned. An ID that begins with `status-500` is handed out with that status.
pub fn invoke<I>(command: Command, invocations: I) -> Invoked
where
    I: IntoIterator<Item = (String, Vec<u8>)>,
{
    let invocations: VecDeque<_> = invocations.into_iter().collect();
    let expected = invocations.len();
    invoke_until(command, invocations, expected)
}

/// As [`invoke`], for a process that never returns from some invocations: it is killed when this
/// number have returned.
pub fn invoke_until<I>(mut command: Command, invocations: I, expected: usize) -> Invoked
where
    I: IntoIterator<Item = (String, Vec<u8>)>,
{
    let server = Arc::new(Server::default());
    let waiting: VecDeque<_> = invocations.into_iter().collect();
    server.state.lock().expect("no panic in here").waiting = waiting;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let for_connections = Arc::clone(&server);
    // Lives as long as the tests.
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let server = Arc::clone(&for_connections);
            thread::spawn(move || server.serve(&connection));
        }
    });

    let process = command
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "orders")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut process = Killed(process);
    let output = read(process.0.stdout.take().expect("piped"));
    let errors = read(process.0.stderr.take().expect("piped"));

    let begun = Instant::now();
    let mut state = server.state.lock().expect("no panic in here");
    let mut exit = None;
    while state.returned.len() < expected && exit.is_none() && begun.elapsed() < PATIENCE {
        let wait = Duration::from_millis(50);
        let changed = server.changed.wait_timeout(state, wait);
        state = changed.expect("no panic in here").0;
        exit = process.0.try_wait().expect("a process");
    }
    drop(process);
    assert!(state.problems.is_empty(), "{:?}", state.problems);
    let returned = std::mem::take(&mut state.returned);
    let at_once = state.at_once;
    drop(state);
    let log = output.join().expect("output") + &errors.join().expect("errors");
    Invoked {
        returned,
        at_once,
        exit,
        log,
    }
}

/// A process that ends with its test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn read(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is read.
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

impl Server {
    fn serve(&self, connection: &TcpStream) {
        let mut reader = BufReader::new(connection);
        // It ends when the process does.
        while let Ok((path, body)) = request(&mut reader) {
            let path = path.strip_prefix("/2018-06-01/runtime/").unwrap_or("");
            let words: Vec<&str> = path.split('/').collect();
            let sent = match words[..] {
                ["invocation", "next"] => {
                    let (id, body) = self.next();
                    let failed = id.starts_with("status-500");
                    let status = if failed {
                        "500 Internal Server Error"
                    } else {
                        "200 OK"
                    };
                    respond(connection, status, &id, &body)
                }
                ["invocation", id, "response"] => {
                    let response = String::from_utf8_lossy(&body).into_owned();
                    self.returned(id, Returned::Response(response));
                    respond(connection, "202 Accepted", id, b"{}")
                }
                ["invocation", id, "error"] => {
                    let error: Value = serde_json::from_slice(&body).unwrap_or_default();
                    let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
                    self.returned(id, Returned::Error(text("errorType"), text("errorMessage")));
                    respond(connection, "202 Accepted", id, b"{}")
                }
                _ => respond(connection, "404 Not Found", "", b"{}"),
            };
            if sent.is_err() {
                return;
            }
        }
    }

    fn next(&self) -> (String, Vec<u8>) {
        let mut state = self.state.lock().expect("no panic in here");
        loop {
            if let Some((id, body)) = state.waiting.pop_front() {
                state.in_flight.push(id.clone());
                state.at_once = state.at_once.max(state.in_flight.len());
                return (id, body);
            }
            state = self.changed.wait(state).expect("no panic in here");
        }
    }

    fn returned(&self, id: &str, returned: Returned) {
        let mut state = self.state.lock().expect("no panic in here");
        match state.in_flight.iter().position(|other| other == id) {
            Some(at) => drop(state.in_flight.swap_remove(at)),
            None => state.problems.push(format!("{id} is not in flight")),
        }
        state.returned.insert(id.to_owned(), returned);
        drop(state);
        self.changed.notify_all();
    }
}

/// The path and the body of the next request.
fn request(reader: &mut impl BufRead) -> io::Result<(String, Vec<u8>)> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).ok_or(io::ErrorKind::UnexpectedEof)?;
    let path = path.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((path, body))
}

fn respond(mut connection: &TcpStream, status: &str, id: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nLambda-Runtime-Aws-Request-Id: {id}\r\n\
         Lambda-Runtime-Deadline-Ms: 4102444800000\r\n\
         Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:o\r\n\
         \r\n"
    );
    connection.write_all(&[head.as_bytes(), body].concat())
}
