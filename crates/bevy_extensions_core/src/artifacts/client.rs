//! Asking servers, with an end to everything: time, bytes, tries and redirects.

mod redirect;
mod roots;

use std::{
    io::{self, Read},
    num::NonZero,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use ureq::{
    Agent, Timeout,
    http::{Response, header},
    tls::TlsConfig,
};

use super::{attempt::Fault, error::FetchCause, source::Asking};
use crate::{settings::HostSettings, text::lower_first};
use redirect::{Way, open_host};
pub(super) use roots::VARIABLE as ROOTS_VARIABLE;

/// How much is read at a time.
const PIECE: usize = 64 << 10;

/// What stands in an error of rustls before the reason for which it takes a server for somebody else.
const UNTRUSTED: &str = "invalid peer certificate: ";

/// How long to wait before the first further try; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// How long to wait at most, whatever a server says.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What takes a content. It may come several times, until it has come as a whole.
pub(super) trait Target {
    /// Begins anew, with as many bytes as somebody says there will be.
    fn begin(&mut self, total: Option<u64>) -> io::Result<()>;

    /// Takes the next piece.
    fn take(&mut self, piece: &[u8]) -> io::Result<()>;
}

impl Target for Vec<u8> {
    fn begin(&mut self, _: Option<u64>) -> io::Result<()> {
        self.clear();
        Ok(())
    }

    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        self.extend_from_slice(piece);
        Ok(())
    }
}

/// Why a content could not be had.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The repository is at fault.
    Fault(Fault),
    /// It is nobody's fault there.
    End(FetchCause),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Asks servers. Clones share their connections, and are given up together.
#[derive(Clone)]
pub(super) struct Client {
    agent: Agent,
    /// Why no certificate can be checked.
    untrusting: Option<FetchCause>,
    timeout: Duration,
    overall: Duration,
    retries: u32,
    allow_http: Arc<[String]>,
    given_up: Arc<GivenUp>,
}

#[derive(Default)]
struct GivenUp {
    is: AtomicBool,
    lock: Mutex<()>,
    told: Condvar,
}

impl Client {
    pub(super) fn new(settings: &HostSettings) -> Self {
        let limits = &settings.artifacts;
        let timeout = Duration::from_millis(limits.timeout_ms.get());
        let overall = Duration::from_millis(limits.overall_ms.get());
        let (tls, untrusting) = match roots::tls() {
            Ok(tls) => (tls, None),
            Err(cause) => (TlsConfig::default(), Some(cause)),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("bevy_extensions/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .timeout_resolve(Some(timeout))
            .timeout_connect(Some(timeout))
            .timeout_per_read(Some(timeout))
            .timeout_per_write(Some(timeout))
            .max_idle_connections_per_host(usize::from(limits.parallel.get()))
            .max_idle_connections(usize::from(limits.parallel.get()))
            .build();
        Self {
            agent: config.into(),
            untrusting,
            timeout,
            overall,
            retries: limits.retries,
            allow_http: limits.allow_http.iter().map(|host| host.to_ascii_lowercase()).collect(),
            given_up: Arc::default(),
        }
    }

    /// Ends everything that is under way, and lets nothing begin any more.
    pub(super) fn give_up(&self) {
        let _held = self.given_up.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.given_up.is.store(true, Ordering::Release);
        self.given_up.told.notify_all();
        self.agent.clone().shutdown();
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.is.load(Ordering::Acquire)
    }

    /// Returns what an error means, now that it may be because everything was ended.
    fn check(&self) -> Result<(), Trouble> {
        if self.is_given_up() { Err(Trouble::End(FetchCause::Cancelled)) } else { Ok(()) }
    }

    /// Does something until it goes well, or goes wrong in a way that does not pass; tells how often it was tried. It is handed when
    /// its time ends: what one file may take in all is for all tries together, with what lies between them.
    pub(super) fn try_often<T>(
        &self,
        mut once: impl FnMut(Instant) -> Result<T, Trouble>,
    ) -> (Result<T, Trouble>, u32) {
        let (mut tries, end) = (1, Instant::now() + self.overall.min(LONGEST_OVERALL));
        loop {
            let result = self.check().and_then(|()| once(end));
            // What broke off because of that is nobody's fault.
            let result = match (result, self.check()) {
                (Err(_), Err(given_up)) => Err(given_up),
                (result, _) => result,
            };
            match &result {
                Err(Trouble::Fault(fault))
                    if fault.may_pass() && tries <= self.retries && pause(fault, tries) < left(end) =>
                {
                    self.pause(pause(fault, tries));
                }
                _ => return (result, tries),
            }
            tries += 1;
        }
    }

    fn pause(&self, time: Duration) {
        let held = self.given_up.lock.lock().unwrap_or_else(PoisonError::into_inner);
        // Whether it was given up or the time is over, the next try finds out.
        _ = self.given_up.told.wait_timeout_while(held, time, |()| !self.is_given_up());
    }

    /// Fetches a content once. If its hash is known from elsewhere, nobody on the way can change it.
    pub(super) fn get(
        &self,
        url: &str,
        asking: &Asking<'_>,
        target: &mut dyn Target,
        end: Instant,
    ) -> Result<(), Trouble> {
        let mut way = Way::new(url);
        loop {
            if let Some(host) = open_host(way.here())
                && !asking.is_pinned
                && !self.allow_http.contains(&host)
            {
                return Err(Fault::Open { host }.into());
            }
            if let Some(cause) = self.untrusting.as_ref().filter(|_| open_host(way.here()).is_none()) {
                return Err(Trouble::End(cause.clone()));
            }
            if left(end).is_zero() {
                return Err(Fault::Slow(self.overall).into());
            }
            let response = self
                .agent
                .get(way.here())
                .header(header::ACCEPT, asking.accept.unwrap_or("*/*"))
                .config()
                .timeout_global(Some(left(end)))
                .build()
                .call()
                .map_err(|error| self.fault(error))?;
            match response.status().as_u16() {
                200 => return self.read(response, asking, target),
                301 | 302 | 303 | 307 | 308 => {
                    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
                    way.follow(location).map_err(Fault::Redirect)?;
                }
                404 | 410 => return Err(Fault::NotFound.into()),
                status => return Err(Fault::Status { status, retry_after: retry_after(&response) }.into()),
            }
        }
    }

    fn read(
        &self,
        response: Response<ureq::Body>,
        asking: &Asking<'_>,
        target: &mut dyn Target,
    ) -> Result<(), Trouble> {
        let length = response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let said: Option<u64> = length.and_then(|length| length.parse().ok());
        if said.is_some_and(|said| said > asking.most) {
            return Err(asking.too_large().into());
        }
        let mut reader = response.into_body().into_reader();
        let sent = copy(&mut reader, said, asking, target, |error, sent| match said {
            Some(said) if sent < said && error.kind() == io::ErrorKind::UnexpectedEof => Fault::Short { sent, said },
            _ => self.fault(ureq::Error::from(error)),
        })?;
        match said {
            Some(said) if sent < said => Err(Fault::Short { sent, said }.into()),
            _ => Ok(()),
        }
    }

    fn fault(&self, error: ureq::Error) -> Fault {
        match error {
            ureq::Error::Timeout(Timeout::Global) => Fault::Slow(self.overall),
            ureq::Error::Timeout(_) => Fault::Silent(self.timeout),
            ureq::Error::HostNotFound => Fault::Unreachable("there is no such host".into()),
            ureq::Error::ConnectionFailed => Fault::Unreachable("there is no connection".into()),
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                Fault::Unreachable("it refuses connections".into())
            }
            ureq::Error::Protocol(error) => Fault::Broken(format!("its answer is no good HTTP ({error})")),
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Fault::Broken("it hangs up".into())
            }
            ureq::Error::Io(error) => untrusted_or_broken(&error.to_string()),
            error => untrusted_or_broken(&error.to_string()),
        }
    }
}

fn untrusted_or_broken(why: &str) -> Fault {
    match why.split_once(UNTRUSTED) {
        Some((_, why)) => Fault::Untrusted(why.into()),
        None => Fault::Broken(lower_first(why)),
    }
}

/// Copies a content in pieces, up to so many bytes, and returns how many there were.
pub(super) fn copy(
    from: &mut dyn Read,
    said: Option<u64>,
    asking: &Asking<'_>,
    target: &mut dyn Target,
    fault: impl Fn(io::Error, u64) -> Fault,
) -> Result<u64, Trouble> {
    let kept = |error: io::Error| Trouble::End(FetchCause::Cache { path: String::new(), why: error.to_string() });
    target.begin(said).map_err(kept)?;
    let (mut piece, mut sent) = (vec![0; PIECE], 0);
    loop {
        let count = match from.read(&mut piece) {
            Ok(0) => return Ok(sent),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(fault(error, sent).into()),
        };
        sent += count as u64;
        if sent > asking.most {
            return Err(asking.too_large().into());
        }
        target.take(&piece[..count]).map_err(kept)?;
    }
}

/// What is as good as no end: more than that, clocks may not be able to count.
const LONGEST_OVERALL: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn left(end: Instant) -> Duration {
    end.saturating_duration_since(Instant::now())
}

/// Returns how long to wait after a fault.
fn pause(fault: &Fault, tries: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(tries - 1));
    match fault {
        Fault::Status { retry_after: Some(time), .. } => (*time).max(doubled),
        _ => doubled,
    }
    .min(LONGEST_PAUSE)
}

/// Reads `Retry-After`, if it is in seconds; servers that name a time of the day are waited for as others.
fn retry_after<T>(response: &Response<T>) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse::<NonZero<u32>>().ok().map(|seconds| Duration::from_secs(u64::from(seconds.get())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_doubles_and_has_an_end() {
        let status = |seconds| Fault::Status { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
        assert_eq!(pause(&Fault::Broken(String::new()), 1), Duration::from_millis(250));
        assert_eq!(pause(&Fault::Broken(String::new()), 3), Duration::from_secs(1));
        assert_eq!(pause(&status(5), 1), Duration::from_secs(5));
        assert_eq!(pause(&status(3600), 1), Duration::from_secs(30));
        assert_eq!(pause(&Fault::Broken(String::new()), u32::MAX), Duration::from_secs(30));
    }
}
