//! A proxy before the server while sources are watched: adds the script that
//! reloads pages, and holds requests while the server restarts. It takes one
//! request on each connection and changes nothing else.

use super::board::Board;
use super::page::{EVENTS, Head, with_script};
use anyhow::{Context, Result, bail};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// The greatest length of a head, in bytes.
const HEAD: usize = 128 * 1024;
/// How often a comment is sent, which shows whether the page is still open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Listens, and answers each connection on its own thread. A request waits for a
/// server that restarts, at most for `patience`.
pub fn start(
    listen: SocketAddr,
    server: SocketAddr,
    board: Arc<Board>,
    patience: Duration,
) -> Result<SocketAddr> {
    let listener = TcpListener::bind(listen).with_context(|| {
        format!("cannot listen on {listen}; name another address with --listen")
    })?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let board = board.clone();
            // Clients often go away before the answer ends.
            std::thread::spawn(move || answer(client, server, &board, patience));
        }
    });
    Ok(address)
}

fn answer(
    mut client: TcpStream,
    server: SocketAddr,
    board: &Board,
    patience: Duration,
) -> Result<()> {
    let (mut request, begun) = read_head(&mut client)?;
    if request.word(1) == EVENTS {
        return events(client, board);
    }
    let upstream = board
        .wait_until_up(patience)
        .then(|| TcpStream::connect(server).ok())
        .flatten();
    let Some(mut upstream) = upstream else {
        let text = "The server does not run. See the terminal of `cargo xtask serve --watch`.\n";
        return Ok(write!(
            client,
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{text}",
            text.len()
        )?);
    };
    request.set("connection", "close");
    // The script can't be added to a compressed page.
    request.remove("accept-encoding");
    request.remove("expect");
    upstream.write_all(request.text().as_bytes())?;
    upstream.write_all(&begun)?;
    let (mut sender, mut receiver) = (client.try_clone()?, upstream.try_clone()?);
    std::thread::spawn(move || io::copy(&mut sender, &mut receiver));
    let passed = pass_on(&request, &mut upstream, &mut client);
    // This also ends the thread.
    let _ = upstream.shutdown(Shutdown::Both);
    let _ = client.shutdown(Shutdown::Both);
    passed
}

/// Passes the answer on; adds the script if it is a page.
fn pass_on(request: &Head, upstream: &mut TcpStream, client: &mut TcpStream) -> Result<()> {
    let (mut head, mut begun) = read_head(upstream)?;
    head.set("connection", "close");
    let page = head.page_length().zip(head.nonce().map(str::to_owned));
    match page {
        Some((length, nonce)) if request.word(0) != "HEAD" => {
            upstream.read_to_end(&mut begun)?;
            if begun.len() != length {
                bail!("the server broke off");
            }
            let page = with_script(&String::from_utf8_lossy(&begun), &nonce);
            head.set("content-length", &page.len().to_string());
            client.write_all(head.text().as_bytes())?;
            client.write_all(page.as_bytes())?;
        }
        _ => {
            client.write_all(head.text().as_bytes())?;
            client.write_all(&begun)?;
            io::copy(upstream, client)?;
        }
    }
    Ok(())
}

/// Reads up to the empty line; also returns the bytes read after it.
fn read_head(stream: &mut impl Read) -> Result<(Head, Vec<u8>)> {
    const END: &[u8] = b"\r\n\r\n";
    let mut read = Vec::new();
    let mut piece = [0; 8 * 1024];
    loop {
        let length = stream.read(&mut piece)?;
        let looked_at = read.len().saturating_sub(END.len());
        read.extend_from_slice(&piece[..length]);
        let end = read[looked_at..]
            .windows(END.len())
            .position(|window| window == END);
        if let Some(end) = end {
            let rest = read.split_off(looked_at + end + END.len());
            return Ok((Head::parse(&String::from_utf8_lossy(&read)), rest));
        }
        if length == 0 || read.len() > HEAD {
            bail!("no head of HTTP");
        }
    }
}

/// Tells an open page what to reload, until the page is closed.
fn events(mut client: TcpStream, board: &Board) -> Result<()> {
    client.write_all(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-store\r\n\
          connection: close\r\n\r\n",
    )?;
    let mut seen = None;
    loop {
        match board.next(seen, KEEP_ALIVE) {
            Some(versions) => {
                seen = Some(versions);
                write!(client, "retry: 200\ndata: {}\n\n", versions.json())?;
            }
            None => client.write_all(b":\n\n")?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::sync::mpsc;

    const ANYWHERE: &str = "127.0.0.1:0";
    const LONG: Duration = Duration::from_secs(60);

    fn proxy(server: SocketAddr, board: &Arc<Board>, patience: Duration) -> SocketAddr {
        start(ANYWHERE.parse().unwrap(), server, board.clone(), patience).unwrap()
    }

    /// A server that gives one answer; the receiver gets its request.
    fn server(answer: &'static str) -> (SocketAddr, mpsc::Receiver<String>) {
        let listener = TcpListener::bind(ANYWHERE).unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (head, mut body) = read_head(&mut stream).unwrap();
            if let Some(length) = head.get("content-length") {
                let left = length.parse::<usize>().unwrap() - body.len();
                let begun = body.len();
                body.resize(begun + left, 0);
                stream.read_exact(&mut body[begun..]).unwrap();
            }
            let text = head.text() + &String::from_utf8(body).unwrap();
            asked.send(text).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        (address, receiver)
    }

    fn ask(proxy: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(proxy).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    fn through(answer: &'static str, request: &str) -> (String, String) {
        let (server, asked) = server(answer);
        let board = Arc::new(Board::new());
        board.up();
        let text = ask(proxy(server, &board, Duration::ZERO), request);
        (text, asked.recv().unwrap())
    }

    const PAGE: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 17\r\n\
        content-security-policy: script-src 'nonce-abc'\r\n\r\n<body>text</body>";

    #[test]
    fn a_page_gets_the_script_and_keeps_its_policy() {
        let request = "GET /signin HTTP/1.1\r\nhost: m\r\nAccept-Encoding: br\r\n\r\n";
        let (answer, asked) = through(PAGE, request);
        assert!(
            answer.contains("<script type=\"module\" nonce=\"abc\">"),
            "{answer}"
        );
        assert!(answer.contains("content-security-policy: script-src 'nonce-abc'\r\n"));
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let length = Head::parse(head).get("content-length").unwrap().to_owned();
        assert_eq!(length, body.len().to_string());
        assert_eq!(
            asked,
            "GET /signin HTTP/1.1\r\nhost: m\r\nconnection: close\r\n\r\n"
        );
    }

    #[test]
    fn a_head_and_other_files_are_passed_on_as_they_are() {
        let (answer, _) = through(PAGE, "HEAD / HTTP/1.1\r\n\r\n");
        assert!(answer.contains("content-length: 17\r\n"), "{answer}");
        let css = "HTTP/1.1 200 OK\r\ncontent-type: text/css\r\ncontent-length: 2\r\n\r\na{";
        let (answer, _) = through(css, "GET /pkg/mooring.css?watch=3 HTTP/1.1\r\n\r\n");
        assert!(answer.ends_with("connection: close\r\n\r\na{"), "{answer}");
    }

    #[test]
    fn a_form_reaches_the_server() {
        let request = "POST /signin HTTP/1.1\r\ncontent-length: 3\r\n\r\na=b";
        let (_, asked) = through("HTTP/1.1 303 See Other\r\nlocation: /\r\n\r\n", request);
        assert!(asked.ends_with("connection: close\r\n\r\na=b"), "{asked}");
    }

    #[test]
    fn a_server_that_starts_anew_is_not_asked() {
        let (server, asked) = server("HTTP/1.1 204 No Content\r\n\r\n");
        let board = Arc::new(Board::new());
        let impatient = proxy(server, &board, Duration::ZERO);
        let answer = ask(impatient, "GET / HTTP/1.1\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(asked.try_recv().is_err());
        let patient = proxy(server, &board, LONG);
        std::thread::scope(|threads| {
            let answer = threads.spawn(|| ask(patient, "GET / HTTP/1.1\r\n\r\n"));
            board.up();
            assert!(answer.join().unwrap().starts_with("HTTP/1.1 204"));
        });
    }

    #[test]
    fn open_pages_are_told() {
        let board = Arc::new(Board::new());
        let nobody = ANYWHERE.parse().unwrap();
        let mut stream = TcpStream::connect(proxy(nobody, &board, LONG)).unwrap();
        write!(stream, "GET {EVENTS} HTTP/1.1\r\n\r\n").unwrap();
        let mut told = BufReader::new(stream)
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| Some(line.strip_prefix("data: ")?.to_owned()));
        let first = told.next().unwrap();
        board.reload_style();
        let second = told.next().unwrap();
        board.reload_pages();
        let third = told.next().unwrap();
        assert!(first != second && second != third && first != third);
    }
}
