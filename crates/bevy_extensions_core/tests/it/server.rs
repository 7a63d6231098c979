//! Servers on this machine: a good one, and one that says whatever it is told to.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use tiny_http::{Header, Response};

/// A server that runs until the end of the test.
pub struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

/// What a good server answers.
pub enum Answer {
    File(Vec<u8>),
    Status(u16),
    /// Status, and after how many seconds to try again.
    After(u16, u64),
    Leads(String),
}

impl Server {
    /// A server that answers paths with what it is told.
    pub fn new(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").expect("a port is free"));
        let address = format!("http://{}", server.server_addr());
        let asked = Arc::<Mutex<Vec<_>>>::default();
        let answer = Arc::new(answer);
        for _ in 0..8 {
            let (server, asked, answer) = (server.clone(), asked.clone(), answer.clone());
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    asked.lock().expect("nobody panics").push(request.url().to_string());
                    let header = |name: &str, value: &str| Header::from_bytes(name, value).expect("it is a header");
                    let empty = |status: u16| Response::from_data([]).with_status_code(status);
                    let response = match answer(request.url()) {
                        Answer::File(bytes) => Response::from_data(bytes),
                        Answer::Status(status) => empty(status),
                        Answer::After(status, seconds) => {
                            empty(status).with_header(header("Retry-After", &seconds.to_string()))
                        }
                        Answer::Leads(to) => empty(302).with_header(header("Location", &to)),
                    };
                    // Whoever has asked may be gone.
                    _ = request.respond(response);
                }
            });
        }
        Self { address, asked }
    }

    /// A server on which every file has the same content, whatever that is just now, and no hash beside it.
    pub fn with(content: &Arc<Mutex<&'static str>>) -> Self {
        let now = content.clone();
        Self::new(move |path| match path.contains(".sha") {
            false => Answer::File(now.lock().expect("nobody panics").as_bytes().to_vec()),
            true => Answer::Status(404),
        })
    }

    /// A server with files in memory, and nothing else.
    pub fn with_files(files: &[(&str, &[u8])]) -> Self {
        let files: Vec<_> = files.iter().map(|(path, bytes)| (path.to_string(), bytes.to_vec())).collect();
        Self::new(move |asked| match files.iter().find(|(path, _)| path == asked) {
            Some((_, bytes)) => Answer::File(bytes.clone()),
            None => Answer::Status(404),
        })
    }

    /// A server that does not speak as one should: it is handed the path and the connection.
    pub fn raw(speak: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!("http://{}", listener.local_addr().expect("it has one"));
        let asked = Arc::<Mutex<Vec<_>>>::default();
        let (speak, heard) = (Arc::new(speak), asked.clone());
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (speak, heard) = (speak.clone(), heard.clone());
                thread::spawn(move || {
                    let mut lines = BufReader::new(stream.try_clone().expect("it can be")).lines();
                    let Some(Ok(first)) = lines.next() else { return };
                    let path = first.split(' ').nth(1).unwrap_or_default().to_string();
                    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                    heard.lock().expect("nobody panics").push(path.clone());
                    speak(&path, &mut stream);
                });
            }
        });
        Self { address, asked }
    }

    /// A server that answers everything with these bytes, and hangs up.
    pub fn saying(bytes: &'static [u8]) -> Self {
        Self::raw(move |_, stream| _ = stream.write_all(bytes))
    }

    /// Returns its address, without a `/` at its end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the paths that were asked for.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics").clone()
    }
}
