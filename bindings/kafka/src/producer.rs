//! Writing: a transaction's records in one call, their offsets and the commit in another.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::{AsyncTask, Uint8Array, Uint32Array};
use napi::{Env, Result, Task};
use napi_derive::napi;
use rdkafka::bindings as native;
use rdkafka::config::ClientConfig;

use crate::consumer::{KafkaMembership, Membership, Position, positions_of_rows};
use crate::event::{ClientEvent, Events, lock};
use crate::failure::{Failure, name_of};
use crate::layout::{
    FIRST_HEADER, HEADER_COUNT, HEADER_STRIDE, KEY, KEY_LENGTH, NONE, PARTITION, RECORD_STRIDE, TIMESTAMP, TOPIC,
    VALUE, VALUE_LENGTH, whole,
};

/// How long librdkafka's queue of unsent records may stay full before the next try.
const FULL: Duration = Duration::from_millis(1);
/// How long one call waits before failed records are taken from the queue: as long as they are in it, nothing is drained.
const TURN: Duration = Duration::from_millis(100);
/// Headers of a record at most, and with them the parts of a call.
const HEADERS_MAX: usize = 64;
const ERROR_LENGTH: usize = 512;

/// A client of librdkafka, destroyed with the last call that uses it.
struct Client {
    handle: *mut native::rd_kafka_t,
    /// The client's main queue: errors.
    queue: *mut native::rd_kafka_queue_t,
    /// By index: name, and librdkafka's object for it.
    topics: Mutex<Vec<(String, *mut native::rd_kafka_topic_t)>>,
    events: Events,
    in_transaction: AtomicBool,
    /// The commit was begun and has not been answered: all that may be done is to ask again.
    committing: AtomicBool,
    /// A call is under way.
    busy: AtomicBool,
    /// Offsets that the next transaction begins with.
    next: Mutex<Option<Sent>>,
    /// Offsets that the open transaction began with.
    early: Mutex<Option<Early>>,
}

/// Offsets that are in a transaction before its records are.
struct Early {
    offsets: Vec<(Position, i32)>,
    /// How that ended.
    answer: std::result::Result<(), Failure>,
}

// SAFETY: librdkafka's clients, queues and topics may be used from any thread.
unsafe impl Send for Client {}
// SAFETY: as above; what is ours is locked or atomic.
unsafe impl Sync for Client {}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: nobody else has the client any more; topics and queues go before it.
        unsafe {
            for (_, topic) in lock(&self.topics).drain(..) {
                native::rd_kafka_topic_destroy(topic);
            }
            native::rd_kafka_queue_destroy(self.queue);
            native::rd_kafka_destroy(self.handle);
        }
    }
}

impl Client {
    fn open(config: Vec<(String, String)>) -> Result<Self> {
        let mut config: ClientConfig = config.into_iter().collect();
        // Failed records come as events, so that `flush` is told when the last record is done, and waits in no steps; and stored ones as none.
        config.set("delivery.report.only.error", "true");
        let config = ManuallyDrop::new(config.create_native_config().map_err(Failure::from)?);
        let mut text = [0 as c_char; ERROR_LENGTH];
        // SAFETY: a live configuration, which librdkafka owns from success on; errors and failed records arrive as events; no log lines.
        let client = unsafe {
            native::rd_kafka_conf_set_log_cb(config.ptr(), None);
            native::rd_kafka_conf_set_events(config.ptr(), native::RD_KAFKA_EVENT_ERROR | native::RD_KAFKA_EVENT_DR);
            native::rd_kafka_new(
                native::rd_kafka_type_t::RD_KAFKA_PRODUCER,
                config.ptr(),
                text.as_mut_ptr(),
                text.len(),
            )
        };
        if client.is_null() {
            drop(ManuallyDrop::into_inner(config));
            // SAFETY: librdkafka ended the text with a zero.
            let text = unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy().into_owned();
            return Err(Failure::own("CLIENT", &text).into());
        }
        // SAFETY: a live client.
        let queue = unsafe { native::rd_kafka_queue_get_main(client) };
        Ok(Self {
            handle: client,
            queue,
            topics: Mutex::default(),
            events: Events::default(),
            in_transaction: AtomicBool::new(false),
            committing: AtomicBool::new(false),
            busy: AtomicBool::new(false),
            next: Mutex::default(),
            early: Mutex::default(),
        })
    }

    /// Takes errors and failed records from the main queue; they would else count as unsent. A transaction with a failed record cannot be
    /// committed, so nobody has to note it here.
    fn serve(&self, wait: Duration) {
        let mut wait = milliseconds(wait);
        loop {
            // SAFETY: a live queue; the event is ours until destroyed.
            unsafe {
                let event = native::rd_kafka_queue_poll(self.queue, wait);
                if event.is_null() {
                    return;
                }
                if native::rd_kafka_event_type(event) == native::RD_KAFKA_EVENT_ERROR {
                    let name = name_of(native::rd_kafka_event_error(event).into());
                    let text =
                        CStr::from_ptr(native::rd_kafka_event_error_string(event)).to_string_lossy().into_owned();
                    self.events.push(ClientEvent::error(name, text));
                }
                native::rd_kafka_event_destroy(event);
            }
            wait = 0;
        }
    }

    fn topic(&self, name: &str) -> Result<u32> {
        let mut topics = lock(&self.topics);
        if let Some(index) = topics.iter().position(|(known, _)| known == name) {
            return Ok(u32::try_from(index).unwrap_or(NONE));
        }
        let text = CString::new(name).map_err(|_| Failure::own("TOPIC", "the name of a topic holds a zero"))?;
        // SAFETY: a live client and a text that ends with a zero.
        let topic = unsafe { native::rd_kafka_topic_new(self.handle, text.as_ptr(), ptr::null_mut()) };
        if topic.is_null() {
            // SAFETY: always sound.
            let code = unsafe { native::rd_kafka_last_error() };
            return Err(Failure::own(&name_of(code.into()), "the topic cannot be used").into());
        }
        topics.push((name.to_owned(), topic));
        Ok(u32::try_from(topics.len() - 1).unwrap_or(NONE))
    }

    fn begin(&self) -> Result<()> {
        if self.in_transaction.load(Ordering::Acquire) {
            return Ok(());
        }
        // SAFETY: a live client.
        check(unsafe { native::rd_kafka_begin_transaction(self.handle) })?;
        self.in_transaction.store(true, Ordering::Release);
        Ok(())
    }

    /// Begins a transaction with the offsets that it is to have, if they are known.
    ///
    /// A broker that has not written the markers of the transaction before answers that it is busy. To offsets librdkafka comes back after
    /// `retry.backoff.ms`, to partitions of records after 20 ms, and all that time the records wait.
    fn begin_with_offsets(&self, until: Instant) -> Result<()> {
        self.begin()?;
        let Some((membership, offsets)) = lock(&self.next).take() else { return Ok(()) };
        let answer = self.send_offsets(&membership, &offsets, until);
        // Noted whatever came of it: what was not answered may be there.
        *lock(&self.early) = Some(Early { offsets, answer });
        Ok(())
    }

    /// Whether the open transaction has exactly these offsets.
    ///
    /// A transaction that has offsets of records is never committed without them: that would be their loss.
    fn has_offsets(&self, offsets: &[(Position, i32)]) -> Result<bool> {
        let early = lock(&self.early);
        let Some(Early { offsets: held, answer }) = early.as_ref() else { return Ok(false) };
        let is_behind =
            |(wanted, _): &(Position, i32)| offsets.iter().any(|(position, _)| position.is_at_or_behind(wanted));
        if !held.iter().all(is_behind) {
            let text = "the transaction has offsets of records that are not in it";
            return Err(Failure { abort: true, ..Failure::own("OFFSETS", text) }.into());
        }
        Ok(answer.is_ok() && held == offsets)
    }

    /// The transaction has ended.
    fn end(&self) {
        *lock(&self.early) = None;
        self.committing.store(false, Ordering::Release);
        self.in_transaction.store(false, Ordering::Release);
    }

    /// Puts offsets into the open transaction.
    fn send_offsets(
        &self,
        membership: &Membership,
        offsets: &[(Position, i32)],
        until: Instant,
    ) -> std::result::Result<(), Failure> {
        if offsets.is_empty() {
            return Ok(());
        }
        let list = OffsetList::of(offsets)?;
        retried(until, |left| {
            // SAFETY: a live client, list and membership.
            unsafe { native::rd_kafka_send_offsets_to_transaction(self.handle, list.0, membership.as_ptr(), left) }
        })
    }

    /// Takes failed records from the queue while a call waits for them to go.
    fn serving(&self, call: impl FnOnce() -> Result<()>) -> Result<()> {
        let is_done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_done.load(Ordering::Acquire) {
                    self.serve(FULL);
                }
            });
            let result = call();
            is_done.store(true, Ordering::Release);
            result
        })
    }

    /// Sends all records at once, and waits until each was acknowledged or has failed.
    fn drain(&self, until: Instant) -> Result<()> {
        loop {
            self.serve(Duration::ZERO);
            // SAFETY: a live client.
            if unsafe { native::rd_kafka_outq_len(self.handle) } == 0 {
                return Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Failure {
                    retriable: true,
                    ..Failure::own("_TIMED_OUT_QUEUE", "records wait to be stored")
                }
                .into());
            }
            // SAFETY: a live client. How it ended, the queue says.
            unsafe { native::rd_kafka_flush(self.handle, milliseconds(left.min(TURN).max(FULL))) };
        }
    }
}

fn milliseconds(time: Duration) -> c_int {
    c_int::try_from(time.as_millis()).unwrap_or(c_int::MAX)
}

fn check(error: *mut native::rd_kafka_error_t) -> Result<()> {
    // SAFETY: an error that librdkafka has just given away.
    unsafe { Failure::take(error) }.map_or(Ok(()), |failure| Err(failure.into()))
}

/// Sets the OAUTHBEARER token of a client.
pub(crate) fn set_token(
    client: *mut native::rd_kafka_t,
    token: String,
    lifetime_ms: i64,
    principal: String,
) -> Result<()> {
    let token = CString::new(token).map_err(|_| Failure::own("TOKEN", "the token holds a zero"))?;
    let principal = CString::new(principal).map_err(|_| Failure::own("TOKEN", "the principal holds a zero"))?;
    let mut text = [0 as c_char; ERROR_LENGTH];
    // SAFETY: a live client, texts that end with a zero, no extensions.
    let code = unsafe {
        native::rd_kafka_oauthbearer_set_token(
            client,
            token.as_ptr(),
            lifetime_ms,
            principal.as_ptr(),
            ptr::null_mut(),
            0,
            text.as_mut_ptr(),
            text.len(),
        )
    };
    if code == native::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        return Ok(());
    }
    // The text could quote the token.
    Err(Failure::own(&name_of(code.into()), "the token was not accepted").into())
}

/// A producer, with transactions if its configuration names a `transactional.id`.
#[napi]
pub struct KafkaProducer {
    client: Option<Arc<Client>>,
}

#[napi]
impl KafkaProducer {
    /// Opens a producer. Configuration by librdkafka's names. Connects in the background.
    #[napi(constructor, catch_unwind)]
    pub fn new(config: Vec<(String, String)>) -> Result<Self> {
        Ok(Self { client: Some(Arc::new(Client::open(config)?)) })
    }

    /// Index of a topic, for the rows of `stage`.
    #[napi(catch_unwind)]
    pub fn topic(&self, name: String) -> Result<u32> {
        self.client()?.topic(&name)
    }

    /// Takes over the transactional id: whoever had it is fenced, and its open transaction aborted.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn init_transactions(&self, timeout_ms: u32) -> Result<AsyncTask<Step>> {
        self.step(Kind::Init, timeout_ms)
    }

    /// Sends records and waits until all are acknowledged; begins a transaction if none is open and the producer has them.
    ///
    /// A row that cannot be sent is an error that names it: `ROW:n` in front of the text. The transaction is to be aborted then.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn stage(
        &self,
        buffer: Uint8Array,
        records: Uint32Array,
        headers: Uint32Array,
        count: u32,
        transactional: bool,
        timeout_ms: u32,
    ) -> Result<AsyncTask<Step>> {
        self.step(
            Kind::Stage(Box::new(Stage { buffer, records, headers, count: count as usize, transactional })),
            timeout_ms,
        )
    }

    /// As `stage`, and does not wait: resolves when the records are the client's, and buffer and tables are the caller's again.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn send(
        &self,
        buffer: Uint8Array,
        records: Uint32Array,
        headers: Uint32Array,
        count: u32,
        transactional: bool,
        timeout_ms: u32,
    ) -> Result<AsyncTask<Step>> {
        self.step(
            Kind::Send(Box::new(Stage { buffer, records, headers, count: count as usize, transactional })),
            timeout_ms,
        )
    }

    /// Waits until all records that were sent are acknowledged, and lets none wait for others.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn drain(&self, timeout_ms: u32) -> Result<AsyncTask<Step>> {
        self.step(Kind::Drain, timeout_ms)
    }

    /// Offsets that the next transaction begins with, as `commit` has them: to be said before its first records are sent. They are sent as
    /// soon as the transaction before is committed; the commit is given them again, or those behind them.
    #[napi(catch_unwind)]
    pub fn begin_with(
        &self,
        membership: Option<&KafkaMembership>,
        shadow_group: Option<String>,
        topics: Vec<(String, String)>,
        offsets: Uint32Array,
    ) -> Result<()> {
        *lock(&self.client()?.next) = sent_of(membership, shadow_group, &topics, &offsets)?;
        Ok(())
    }

    /// Commits the open transaction once its records are acknowledged, and in it offsets of a batch, under the membership that was taken with it; or under a group of which
    /// nobody is a member, where the source is another cluster. Rows name topics by their places in `topics`. When it ran out of time it is
    /// to be called again with the same: whether the transaction was committed is not known until it is answered.
    ///
    /// `mark` is an offset of a group of its own in the same transaction: it says, to whoever asks later, that this one was committed.
    /// Each topic has its name, and a text that is kept with its offsets; none if it is empty.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn commit(
        &self,
        membership: Option<&KafkaMembership>,
        shadow_group: Option<String>,
        topics: Vec<(String, String)>,
        offsets: Uint32Array,
        timeout_ms: u32,
        mark: Option<Mark>,
    ) -> Result<AsyncTask<Step>> {
        let sent = sent_of(membership, shadow_group, &topics, &offsets)?;
        // Offsets that a transaction was to begin with, and that no records of it were sent behind, come with the commit; and so they do
        // where a commit is asked for again.
        *lock(&self.client()?.next) = None;
        let mark = match mark {
            Some(Mark { group, position }) => Some((Arc::new(shadow(&group)?), vec![(position, -1)])),
            None => None,
        };
        self.step(Kind::Commit(sent, mark), timeout_ms)
    }

    /// Aborts the open transaction, if there is one.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn abort(&self, timeout_ms: u32) -> Result<AsyncTask<Step>> {
        self.step(Kind::Abort, timeout_ms)
    }

    /// What happened since the last call.
    #[napi(catch_unwind)]
    pub fn events(&self) -> Result<Vec<ClientEvent>> {
        let client = self.client()?;
        client.serve(Duration::ZERO);
        Ok(client.events.take())
    }

    /// Sets the OAUTHBEARER token.
    #[napi(catch_unwind)]
    pub fn set_token(&self, token: String, lifetime_ms: i64, principal: String) -> Result<()> {
        set_token(self.client()?.handle, token, lifetime_ms, principal)
    }

    /// Closes all connections, once no call is under way. Records that were not sent are gone, an open transaction is left to its time-out.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn close(&mut self) -> AsyncTask<CloseProducer> {
        AsyncTask::new(CloseProducer { client: self.client.take() })
    }

    fn client(&self) -> Result<&Arc<Client>> {
        self.client.as_ref().ok_or_else(|| Failure::own("CLOSED", "the producer is closed").into())
    }

    fn step(&self, kind: Kind, timeout_ms: u32) -> Result<AsyncTask<Step>> {
        let client = Arc::clone(self.client()?);
        if client.busy.swap(true, Ordering::AcqRel) {
            return Err(Failure::own("BUSY", "a call is under way").into());
        }
        Ok(AsyncTask::new(Step { client, kind, timeout: Duration::from_millis(u64::from(timeout_ms)) }))
    }
}

/// An offset that marks a transaction.
#[napi(object)]
pub struct Mark {
    /// A group of which nobody is a member.
    pub group: String,
    /// A partition that is there; its offset is the mark.
    pub position: Position,
}

/// Offsets, and what they are committed under.
type Sent = (Arc<Membership>, Vec<(Position, i32)>);

fn sent_of(
    membership: Option<&KafkaMembership>,
    shadow_group: Option<String>,
    topics: &[(String, String)],
    offsets: &[u32],
) -> Result<Option<Sent>> {
    let membership = match (membership, shadow_group) {
        (Some(held), _) => Some(Arc::clone(&held.membership)),
        (None, Some(group)) => Some(Arc::new(shadow(&group)?)),
        (None, None) => None,
    };
    let offsets = positions_of_rows(topics, offsets)?;
    if membership.is_none() && !offsets.is_empty() {
        return Err(Failure::own("GROUP", "offsets without a group").into());
    }
    Ok(membership.map(|membership| (membership, offsets)))
}

/// A group without members.
fn shadow(group: &str) -> Result<Membership> {
    let text = CString::new(group).map_err(|_| Failure::own("GROUP", "the name of a group holds a zero"))?;
    // SAFETY: a text that ends with a zero; librdkafka copies it.
    Ok(Membership::of(unsafe { native::rd_kafka_consumer_group_metadata_new(text.as_ptr()) }))
}

/// What a step does.
pub enum Kind {
    /// Takes over the transactional id.
    Init,
    /// Sends records, and waits for them.
    Stage(Box<Stage>),
    /// Sends records.
    Send(Box<Stage>),
    /// Waits for records.
    Drain,
    /// Commits offsets, and a mark.
    Commit(Option<Sent>, Option<Sent>),
    /// Aborts.
    Abort,
}

/// Records to send.
pub struct Stage {
    buffer: Uint8Array,
    records: Uint32Array,
    headers: Uint32Array,
    count: usize,
    transactional: bool,
}

/// A call of the producer, on a thread of the pool.
pub struct Step {
    client: Arc<Client>,
    kind: Kind,
    timeout: Duration,
}

impl Task for Step {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<()> {
        let until = Instant::now() + self.timeout;
        let result = self.run(until);
        self.client.serve(Duration::ZERO);
        self.client.busy.store(false, Ordering::Release);
        result
    }

    fn resolve(&mut self, _: Env, (): ()) -> Result<()> {
        Ok(())
    }
}

impl Step {
    fn run(&self, until: Instant) -> Result<()> {
        let client = &*self.client;
        match &self.kind {
            // SAFETY: a live client.
            Kind::Init => {
                Ok(retried(until, |left| unsafe { native::rd_kafka_init_transactions(client.handle, left) })?)
            }
            Kind::Stage(stage) => {
                stage.send(client, until)?;
                client.drain(until)
            }
            Kind::Send(stage) => stage.send(client, until),
            Kind::Drain => client.drain(until),
            Kind::Commit(offsets, mark) => {
                client.begin()?;
                // It waits for records, and takes no failed ones from the queue.
                client.drain(until)?;
                if !client.committing.load(Ordering::Acquire) {
                    let has_offsets = client.has_offsets(offsets.as_ref().map_or(&[], |(_, offsets)| offsets))?;
                    for (membership, offsets) in offsets.iter().filter(|_| !has_offsets).chain(mark) {
                        client.send_offsets(membership, offsets, until)?;
                    }
                }
                client.committing.store(true, Ordering::Release);
                // SAFETY: a live client.
                retried(until, |left| unsafe { native::rd_kafka_commit_transaction(client.handle, left) })?;
                client.end();
                if lock(&client.next).is_some() {
                    // How it ends, the records of that transaction find out. It has its own time.
                    drop(client.begin_with_offsets(Instant::now() + self.timeout));
                }
                Ok(())
            }
            Kind::Abort => {
                *lock(&client.next) = None;
                if !client.in_transaction.load(Ordering::Acquire) {
                    return Ok(());
                }
                // What it takes back comes as failed records, and it waits until nobody has them any more.
                client.serving(|| {
                    // SAFETY: a live client.
                    Ok(retried(until, |left| unsafe { native::rd_kafka_abort_transaction(client.handle, left) })?)
                })?;
                client.end();
                Ok(())
            }
        }
    }
}

/// Calls until it succeeds, fails for good, or time is up: librdkafka says of a call that timed out that it may be made again.
fn retried(until: Instant, call: impl Fn(c_int) -> *mut native::rd_kafka_error_t) -> std::result::Result<(), Failure> {
    loop {
        let left = until.saturating_duration_since(Instant::now()).max(FULL);
        let error = call(milliseconds(left));
        // SAFETY: an error that librdkafka has just given away.
        let Some(failure) = (unsafe { Failure::take(error) }) else { return Ok(()) };
        if !failure.retriable || Instant::now() >= until {
            return Err(failure);
        }
        std::thread::sleep(FULL);
    }
}

impl Stage {
    fn send(&self, client: &Client, until: Instant) -> Result<()> {
        if self.transactional {
            client.begin_with_offsets(until)?;
            if let Some(Early { answer: Err(failure), .. }) = lock(&client.early).as_ref() {
                // What may be asked for again, the commit asks for again.
                if !failure.retriable {
                    return Err(failure.clone().into());
                }
            }
        }
        let topics: Vec<*mut native::rd_kafka_topic_t> = lock(&client.topics).iter().map(|(_, topic)| *topic).collect();
        let (buffer, records, headers) = (&*self.buffer, &*self.records, &*self.headers);
        let rows = records.chunks_exact(RECORD_STRIDE).take(self.count);
        if rows.len() < self.count {
            return Err(Failure::own("TABLE", "fewer rows than records").into());
        }
        let mut names: Vec<CString> = Vec::new();
        let mut parts: Vec<native::rd_kafka_vu_t> = Vec::with_capacity(HEADERS_MAX + 8);
        for (number, row) in rows.enumerate() {
            let topic = topics.get(row[TOPIC] as usize).ok_or_else(|| Failure::own("TOPIC", "a row names no topic"))?;
            let first = row[FIRST_HEADER] as usize * HEADER_STRIDE;
            let header_rows = headers
                .get(first..first + row[HEADER_COUNT] as usize * HEADER_STRIDE)
                .ok_or_else(|| Failure::own("TABLE", "headers outside their table"))?;
            names.clear();
            parts.clear();
            parts.push(part(
                native::rd_kafka_vtype_t::RD_KAFKA_VTYPE_RKT,
                native::rd_kafka_vu_s__bindgen_ty_1 { rkt: *topic },
            ));
            parts.push(part(
                native::rd_kafka_vtype_t::RD_KAFKA_VTYPE_PARTITION,
                native::rd_kafka_vu_s__bindgen_ty_1 { i32_: row[PARTITION].cast_signed() },
            ));
            let flags = native::RD_KAFKA_MSG_F_COPY;
            parts.push(part(
                native::rd_kafka_vtype_t::RD_KAFKA_VTYPE_MSGFLAGS,
                native::rd_kafka_vu_s__bindgen_ty_1 { i: flags },
            ));
            parts.push(memory(native::rd_kafka_vtype_t::RD_KAFKA_VTYPE_KEY, slice(buffer, row[KEY], row[KEY_LENGTH])?));
            parts.push(memory(
                native::rd_kafka_vtype_t::RD_KAFKA_VTYPE_VALUE,
                slice(buffer, row[VALUE], row[VALUE_LENGTH])?,
            ));
            let time = whole(row[TIMESTAMP], row[TIMESTAMP + 1]);
            parts.push(part(
                native::rd_kafka_vtype_t::RD_KAFKA_VTYPE_TIMESTAMP,
                native::rd_kafka_vu_s__bindgen_ty_1 { i64_: time.max(0) },
            ));
            for header in header_rows.chunks_exact(HEADER_STRIDE) {
                let name = slice(buffer, header[0], header[1])?.unwrap_or_default();
                names
                    .push(CString::new(name).map_err(|_| Failure::own("HEADER", "the name of a header holds a zero"))?);
            }
            for (header, name) in header_rows.chunks_exact(HEADER_STRIDE).zip(&names) {
                let value = slice(buffer, header[2], header[3])?;
                let u = native::rd_kafka_vu_s__bindgen_ty_1 {
                    header: native::rd_kafka_vu_s__bindgen_ty_1__bindgen_ty_2 {
                        name: name.as_ptr(),
                        val: value.map_or(ptr::null(), |bytes| bytes.as_ptr().cast()),
                        size: value.map_or(0, |bytes| isize::try_from(bytes.len()).unwrap_or(isize::MAX)),
                    },
                };
                parts.push(part(native::rd_kafka_vtype_t::RD_KAFKA_VTYPE_HEADER, u));
            }
            loop {
                // SAFETY: a live client; all that the parts point to outlives the call, which copies it.
                let error = unsafe { native::rd_kafka_produceva(client.handle, parts.as_ptr(), parts.len()) };
                // SAFETY: an error that librdkafka has just given away.
                let Some(failure) = (unsafe { Failure::take(error) }) else { break };
                if failure.name != "_QUEUE_FULL" || Instant::now() >= until {
                    return Err(Failure { text: format!("ROW:{number} {}", failure.text), ..failure }.into());
                }
                client.serve(FULL);
            }
        }
        Ok(())
    }
}

fn slice(buffer: &[u8], at: u32, length: u32) -> Result<Option<&[u8]>> {
    if length == NONE {
        return Ok(None);
    }
    let at = at as usize;
    buffer
        .get(at..at + length as usize)
        .map(Some)
        .ok_or_else(|| Failure::own("TABLE", "a row points outside the buffer").into())
}

const fn part(vtype: native::rd_kafka_vtype_t, u: native::rd_kafka_vu_s__bindgen_ty_1) -> native::rd_kafka_vu_t {
    native::rd_kafka_vu_t { vtype, u }
}

fn memory(vtype: native::rd_kafka_vtype_t, bytes: Option<&[u8]>) -> native::rd_kafka_vu_t {
    let mem = native::rd_kafka_vu_s__bindgen_ty_1__bindgen_ty_1 {
        ptr: bytes.map_or(ptr::null_mut(), |bytes| bytes.as_ptr().cast_mut().cast::<c_void>()),
        size: bytes.map_or(0, <[u8]>::len),
    };
    part(vtype, native::rd_kafka_vu_s__bindgen_ty_1 { mem })
}

/// Offsets with the epochs of their leaders.
struct OffsetList(*mut native::rd_kafka_topic_partition_list_t);

impl OffsetList {
    fn of(offsets: &[(Position, i32)]) -> std::result::Result<Self, Failure> {
        // SAFETY: librdkafka's list, ours until dropped; names end with a zero and are copied.
        unsafe {
            let list = Self(native::rd_kafka_topic_partition_list_new(c_int::try_from(offsets.len()).unwrap_or(0)));
            for (Position { topic, partition, offset, metadata }, epoch) in offsets {
                let topic = CString::new(topic.as_str())
                    .map_err(|_| Failure::own("TOPIC", "the name of a topic holds a zero"))?;
                let row = native::rd_kafka_topic_partition_list_add(list.0, topic.as_ptr(), *partition);
                (*row).offset = *offset;
                if let Some(text) = metadata {
                    // librdkafka frees it with the list.
                    let copy = native::rd_kafka_mem_malloc(ptr::null_mut(), text.len());
                    ptr::copy_nonoverlapping(text.as_ptr(), copy.cast::<u8>(), text.len());
                    (*row).metadata = copy;
                    (*row).metadata_size = text.len();
                }
                native::rd_kafka_topic_partition_set_leader_epoch(row, *epoch);
            }
            Ok(list)
        }
    }
}

impl Drop for OffsetList {
    fn drop(&mut self) {
        // SAFETY: ours, and dropped once.
        unsafe { native::rd_kafka_topic_partition_list_destroy(self.0) };
    }
}

/// `close`, which waits for threads of librdkafka.
pub struct CloseProducer {
    client: Option<Arc<Client>>,
}

impl Task for CloseProducer {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<()> {
        drop(self.client.take());
        Ok(())
    }

    fn resolve(&mut self, _: Env, (): ()) -> Result<()> {
        Ok(())
    }
}
