//! Reading: many records in one call.

use std::ffi::{CStr, CString, c_int};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::{AsyncTask, Uint8Array, Uint32Array};
use napi::{Env, Result, Task};
use napi_derive::napi;
use rdkafka::bindings as native;
use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::base_consumer::BaseConsumer;
use rdkafka::consumer::{Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _, Timestamp};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::event::{ClientEvent, Events, Partition, lock, partitions_of};
use crate::failure::{Failure, name_of};
use crate::layout::{
    FIRST_HEADER, HEADER_COUNT, HEADER_STRIDE, KEY, KEY_LENGTH, LEADER_EPOCH, NONE, OFFSET, PARTITION, RECORD_STRIDE,
    TIMESTAMP, TIMESTAMP_TYPE, TOPIC, VALUE, VALUE_LENGTH, halves, whole,
};

/// How long a single wait for a record may keep a call that was told to stop, or that has other things to see to.
const SLICE: Duration = Duration::from_millis(100);
/// How long a batch that nobody has waited for so far may keep whoever wants it now.
const RELEASED: Duration = Duration::from_millis(1);

/// Where a partition is begun of which the group has no committed offset.
#[derive(Clone, Debug)]
#[napi(object)]
pub struct Start {
    /// −2: at its beginning; −1: at its end; −3: nothing is read, the consumer is a member of its group and no more; else at the first record
    /// that is not older than so many milliseconds since 1970.
    pub rule: i64,
    /// Offsets that are given; `rule` is for the other partitions.
    pub positions: Vec<Position>,
}

/// Whether a group hands out partitions one by one: as its members ask for, and those of the newer protocol always.
fn is_cooperative(config: &ClientConfig) -> bool {
    config.get("partition.assignment.strategy") == Some("cooperative-sticky")
        || config.get("group.protocol") == Some("consumer")
}

/// How long a rebalance may wait for the broker to say where to begin. Whoever ran out of time asks again, by `rewind`.
const PLACE_TIMEOUT: Duration = Duration::from_secs(5);
/// Partitions that are about to begin cannot be sought in yet: they are asked again so soon.
const SEEK_STEP: Duration = Duration::from_millis(20);
const BEGINNING: i64 = -2;
const END: i64 = -1;
const NOTHING: i64 = -3;

/// What librdkafka calls back, on the thread that polls.
#[derive(Default)]
pub struct Context {
    events: Events,
    /// Partitions that went since the last batch.
    gone: Mutex<Vec<Partition>>,
    rebalanced: AtomicBool,
    statistics: Mutex<Vec<u8>>,
    start: Option<Start>,
    /// Partitions come and go one by one. librdkafka would say so, and never answers one that is being closed.
    cooperative: bool,
    /// Where partitions were begun that had no committed offset: they are committed with the first transaction.
    begun: Mutex<Vec<Position>>,
    /// Where this consumer began to read the partitions that it has.
    placed: Mutex<Vec<Placed>>,
    /// Why it is not known where to begin.
    misplaced: Mutex<Option<Failure>>,
}

/// Where a partition was begun.
struct Placed {
    position: Position,
    /// Who the consumer was then, to its group: what it has under another name may have been another member's meanwhile. Empty: nobody.
    member: CString,
}

impl Placed {
    fn is_of(&self, topic: &str, partition: i32) -> bool {
        self.position.topic == topic && self.position.partition == partition
    }
}

impl ClientContext for Context {
    // librdkafka's own lines go nowhere: what matters arrives as an error.
    fn log(&self, _: rdkafka::config::RDKafkaLogLevel, _: &str, _: &str) {}

    fn stats_raw(&self, statistics: &[u8]) {
        *lock(&self.statistics) = statistics.to_vec();
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let name = error.rdkafka_error_code().map_or_else(|| "CLIENT".to_owned(), name_of);
        self.events.push(ClientEvent::error(name, reason.to_owned()));
    }
}

impl ConsumerContext for Context {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        code: native::rd_kafka_resp_err_t,
        list: &mut TopicPartitionList,
    ) {
        let assigned = code == native::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        let client = consumer.client().native_ptr();
        if assigned {
            if let Err(failure) = self.place(consumer, list) {
                // Whoever ran out of time goes back before anything is read: librdkafka is not to look for a place of its own till then.
                let _ = list.set_all_offsets(Offset::End);
                *lock(&self.misplaced) = Some(failure);
            }
        } else {
            let partitions = partitions_of(list);
            let kind = if consumer.assignment_lost() { "lost" } else { "revoked" };
            lock(&self.gone).extend(partitions.iter().cloned());
            let is_gone = |one: &Position| {
                partitions.iter().any(|gone| gone.topic == one.topic && gone.partition == one.partition)
            };
            lock(&self.begun).retain(|one| !is_gone(one));
            lock(&self.placed).retain(|one| !is_gone(&one.position));
            self.events.push(ClientEvent::partitions(kind, partitions));
        }
        // SAFETY: a live client and a live list, which librdkafka copies.
        let failure = unsafe {
            match (assigned, self.cooperative) {
                (true, true) => Failure::take(native::rd_kafka_incremental_assign(client, list.ptr())),
                (false, true) => Failure::take(native::rd_kafka_incremental_unassign(client, list.ptr())),
                (true, false) => Failure::of_code(native::rd_kafka_assign(client, list.ptr())),
                (false, false) => Failure::of_code(native::rd_kafka_assign(client, std::ptr::null())),
            }
        };
        if let Some(failure) = failure {
            self.events.push(ClientEvent::error(failure.name, failure.text));
        } else if assigned {
            if self.is_member_only() {
                // What cannot be paused is read, and there is nothing in it.
                let _ = consumer.pause(list);
            }
            self.events.push(ClientEvent::partitions("assigned", partitions_of(list)));
        }
        self.rebalanced.store(true, Ordering::Release);
    }
}

impl Context {
    /// Nothing is read: partitions are had, and that is all.
    fn is_member_only(&self) -> bool {
        self.start.as_ref().is_some_and(|start| start.rule == NOTHING)
    }

    /// Puts offsets into the list: the group's own, and where it has none, those that `start` says.
    fn place(&self, consumer: &BaseConsumer<Self>, list: &mut TopicPartitionList) -> std::result::Result<(), Failure> {
        let Some(start) = &self.start else { return Ok(()) };
        if list.count() == 0 {
            return Ok(());
        }
        let member = Membership::now(consumer.client().native_ptr()).map(|now| now.member()).unwrap_or_default();
        if self.is_member_only() {
            // The committed offsets are those of other topics; an offset that is there is asked of nobody.
            list.set_all_offsets(Offset::Offset(0)).map_err(Failure::from)?;
            let here = partitions_of(list).into_iter();
            self.remember(
                here.map(|Partition { topic, partition }| Position { topic, partition, offset: 0, metadata: None }),
                &member,
            );
            return Ok(());
        }
        let committed = consumer.committed_offsets(list.clone(), PLACE_TIMEOUT).map_err(Failure::from)?;
        let known = lock(&self.begun).clone();
        let mut begun = Vec::new();
        let mut placed = Vec::new();
        for element in committed.elements() {
            let (topic, partition) = (element.topic(), element.partition());
            let offset = if let (Offset::Offset(offset), Ok(())) = (element.offset(), element.error()) {
                offset
            } else {
                element.error().map_err(Failure::from)?;
                if let Some(one) = known.iter().find(|one| one.topic == topic && one.partition == partition) {
                    one.offset
                } else {
                    let offset = start.of(consumer, topic, partition)?;
                    begun.push(Position { topic: topic.to_owned(), partition, offset, metadata: None });
                    offset
                }
            };
            list.set_partition_offset(topic, partition, Offset::Offset(offset)).map_err(Failure::from)?;
            placed.push(Position { topic: topic.to_owned(), partition, offset, metadata: None });
        }
        lock(&self.begun).extend(begun);
        self.remember(placed.into_iter(), &member);
        Ok(())
    }

    /// Partitions are read from these positions on.
    fn remember(&self, positions: impl Iterator<Item = Position>, member: &CStr) {
        let mut placed = lock(&self.placed);
        for position in positions {
            placed.retain(|one| !one.is_of(&position.topic, position.partition));
            placed.push(Placed { position, member: member.to_owned() });
        }
    }

    /// Partitions of an assignment that were begun by somebody else than the member that has them now.
    fn strays(&self, assignment: &TopicPartitionList, member: &CStr) -> Vec<Partition> {
        let placed = lock(&self.placed);
        let is_known = |one: &Partition| {
            placed.iter().any(|known| known.is_of(&one.topic, one.partition) && known.member.as_c_str() == member)
        };
        partitions_of(assignment).into_iter().filter(|one| !is_known(one)).collect()
    }
}

impl Start {
    /// The offset at which a partition is begun.
    fn of(&self, consumer: &BaseConsumer<Context>, topic: &str, partition: i32) -> std::result::Result<i64, Failure> {
        if let Some(given) = self.positions.iter().find(|one| one.topic == topic && one.partition == partition) {
            return Ok(given.offset);
        }
        let (first, next) = consumer.fetch_watermarks(topic, partition, PLACE_TIMEOUT).map_err(Failure::from)?;
        match self.rule {
            BEGINNING => Ok(first),
            END => Ok(next),
            time => {
                let mut asked = TopicPartitionList::new();
                asked.add_partition_offset(topic, partition, Offset::Offset(time)).map_err(Failure::from)?;
                let found = consumer.offsets_for_times(asked, PLACE_TIMEOUT).map_err(Failure::from)?;
                let offset = found.elements().first().and_then(|element| match element.offset() {
                    Offset::Offset(offset) => Some(offset),
                    _ => None,
                });
                Ok(offset.unwrap_or(next))
            }
        }
    }
}

/// Membership of a consumer in its group, as it was when a batch was polled: what its offsets are committed under.
pub struct Membership(*mut native::rd_kafka_consumer_group_metadata_t);

// SAFETY: librdkafka's object is immutable, and belongs to whoever holds it.
unsafe impl Send for Membership {}
// SAFETY: as above.
unsafe impl Sync for Membership {}

impl Membership {
    /// Takes over an object of librdkafka.
    #[must_use]
    pub(crate) const fn of(pointer: *mut native::rd_kafka_consumer_group_metadata_t) -> Self {
        Self(pointer)
    }

    /// Membership of a consumer as it is now; `None` if it is in no group, or counts as none of its members. What is committed under an
    /// unknown generation by an unknown member is committed by nobody, and refused by no broker.
    pub(crate) fn now(client: *mut native::rd_kafka_t) -> Option<Self> {
        // SAFETY: a live client; the object is ours, and null for a consumer without a group.
        let pointer = unsafe { native::rd_kafka_consumer_group_metadata(client) };
        if pointer.is_null() {
            return None;
        }
        let membership = Self(pointer);
        // SAFETY: not null; the text lives as long as the object.
        let is_member = unsafe {
            native::rd_kafka_consumer_group_metadata_generation_id(pointer) >= 0
                && *native::rd_kafka_consumer_group_metadata_member_id(pointer) != 0
        };
        is_member.then_some(membership)
    }

    /// The name that the group has given the member.
    fn member(&self) -> CString {
        // SAFETY: not null, as `now` has seen; the text lives as long as the object.
        unsafe { CStr::from_ptr(native::rd_kafka_consumer_group_metadata_member_id(self.0)) }.to_owned()
    }

    /// The pointer, for the length of a call.
    #[must_use]
    pub fn as_ptr(&self) -> *const native::rd_kafka_consumer_group_metadata_t {
        self.0
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        // SAFETY: made by librdkafka, and destroyed once.
        unsafe { native::rd_kafka_consumer_group_metadata_destroy(self.0) };
    }
}

/// A record that did not fit the batch before.
struct Carried {
    topic: String,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    partition: i32,
    offset: i64,
    timestamp: Timestamp,
    leader_epoch: i32,
}

/// Membership in a group, held by JavaScript from a poll to its commit.
#[napi]
pub struct KafkaMembership {
    pub(crate) membership: Arc<Membership>,
}

/// What calls share.
pub struct Shared {
    consumer: BaseConsumer<Context>,
    topics: Mutex<Vec<String>>,
    carried: Mutex<Option<Carried>>,
    membership: Mutex<Option<Arc<Membership>>>,
    /// A poll is under way; two at once would mix their batches.
    busy: AtomicBool,
    /// The batch of the poll under way is wanted.
    released: AtomicBool,
    /// Its offsets are committed under a membership; else it reads what it is given.
    is_member: bool,
}

impl Shared {
    /// Whether what was polled is this member's to commit.
    ///
    /// A member that the group throws out while it is joining again is a new member when it has joined, and librdkafka may leave it its
    /// partitions all the same, without a word: it reads on where it stood. Others may have had them meanwhile, and what it polled in
    /// between is gone. So what it has is begun anew, and told as gone and come.
    fn is_sound(&self, membership: Option<&Membership>) -> std::result::Result<bool, Failure> {
        let context = self.consumer.context();
        let Some(membership) = membership else {
            // Nothing that is read now will be committed.
            for one in lock(&context.placed).iter_mut() {
                one.member = CString::default();
            }
            return Ok(false);
        };
        let strays = context.strays(&self.consumer.assignment().map_err(Failure::from)?, &membership.member());
        if strays.is_empty() {
            return Ok(true);
        }
        for kind in ["lost", "assigned"] {
            context.events.push(ClientEvent::partitions(kind, strays.clone()));
        }
        self.rewind(PLACE_TIMEOUT)?;
        Ok(false)
    }

    /// Goes back to the committed offsets of all partitions; to where they were begun, if there are none.
    fn rewind(&self, timeout: Duration) -> std::result::Result<(), Failure> {
        *lock(&self.carried) = None;
        let consumer = &self.consumer;
        let mut list = consumer.assignment().map_err(Failure::from)?;
        if list.count() == 0 {
            return Ok(());
        }
        consumer.context().place(consumer, &mut list)?;
        if consumer.context().is_member_only() {
            return Ok(());
        }
        let until = Instant::now() + timeout;
        loop {
            let left = until.saturating_duration_since(Instant::now()).max(SEEK_STEP);
            let left = c_int::try_from(left.as_millis()).unwrap_or(c_int::MAX);
            // SAFETY: a live client, and a list that outlives the call, which writes errors into it.
            let failure = unsafe {
                Failure::take(native::rd_kafka_seek_partitions(consumer.client().native_ptr(), list.ptr(), left))
            };
            if let Some(failure) = failure {
                return Err(failure);
            }
            let errors = || list.elements().into_iter().filter_map(|element| element.error().err());
            let is_passing = |error: &KafkaError| {
                matches!(
                    error.rdkafka_error_code(),
                    Some(RDKafkaErrorCode::State | RDKafkaErrorCode::PreviousInProgress)
                )
            };
            if let Some(error) = errors().find(|error| !is_passing(error)) {
                return Err(Failure::from(error));
            }
            if errors().next().is_none() {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(Failure { retriable: true, ..Failure::own("_TIMED_OUT", "partitions do not begin") });
            }
            std::thread::sleep(SEEK_STEP);
        }
    }

    /// Membership as of the batch polled last.
    #[must_use]
    pub fn membership(&self) -> Option<Arc<Membership>> {
        lock(&self.membership).clone()
    }

    /// Names of the topics by their index.
    #[must_use]
    pub fn topics(&self) -> Vec<String> {
        lock(&self.topics).clone()
    }
}

/// A member of a consumer group, or a reader of partitions that it is given.
#[napi]
pub struct KafkaConsumer {
    pub(crate) shared: Option<Arc<Shared>>,
}

/// A position in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[napi(object)]
pub struct Position {
    /// Name of the topic.
    pub topic: String,
    /// Number of the partition.
    pub partition: i32,
    /// Offset; −1 where there is none.
    pub offset: i64,
    /// Of a committed offset: what was committed with it.
    pub metadata: Option<String>,
}

impl Position {
    pub(crate) fn is_at_or_behind(&self, other: &Self) -> bool {
        self.partition == other.partition && self.topic == other.topic && self.offset >= other.offset
    }
}

#[napi]
impl KafkaConsumer {
    /// Opens a consumer. Configuration by librdkafka's names. Connects in the background. `start` is for members of a group.
    #[napi(constructor, catch_unwind)]
    pub fn new(config: Vec<(String, String)>, start: Option<Start>) -> Result<Self> {
        let config: ClientConfig = config.into_iter().collect();
        let is_member = start.is_some();
        let context = Context { start, cooperative: is_cooperative(&config), ..Context::default() };
        let consumer: BaseConsumer<Context> = config.create_with_context(context).map_err(Failure::from)?;
        Ok(Self {
            shared: Some(Arc::new(Shared {
                consumer,
                topics: Mutex::default(),
                carried: Mutex::default(),
                membership: Mutex::default(),
                busy: AtomicBool::new(false),
                released: AtomicBool::new(false),
                is_member,
            })),
        })
    }

    /// Joins the group for topics; a name that begins with `^` is a pattern.
    #[napi(catch_unwind)]
    pub fn subscribe(&self, topics: Vec<String>) -> Result<()> {
        let names: Vec<&str> = topics.iter().map(String::as_str).collect();
        Ok(self.shared()?.consumer.subscribe(&names).map_err(Failure::from)?)
    }

    /// Reads partitions from offsets on, in no group, and no others; −1001 is the group's own offset, −2 the beginning, −1 the end. Not to be
    /// called while a poll is under way.
    #[napi(catch_unwind)]
    pub fn assign(&self, positions: Vec<Position>) -> Result<()> {
        let list = list_of(&positions)?;
        *lock(&self.shared()?.carried) = None;
        Ok(self.shared()?.consumer.assign(&list).map_err(Failure::from)?)
    }

    /// Polls up to `max` records.
    ///
    /// Resolves to how many rows were written; or to minus the bytes that the next record needs, when it alone does not fit.
    #[napi(catch_unwind, ts_return_type = "Promise<number>")]
    pub fn poll_batch(
        &self,
        buffer: Uint8Array,
        records: Uint32Array,
        headers: Uint32Array,
        max: u32,
        waits: Waits,
    ) -> Result<AsyncTask<Poll>> {
        let shared = Arc::clone(self.shared()?);
        if shared.busy.swap(true, Ordering::AcqRel) {
            return Err(Failure::own("BUSY", "a poll is under way").into());
        }
        shared.released.store(false, Ordering::Release);
        Ok(AsyncTask::new(Poll {
            shared,
            buffer,
            records,
            headers,
            max: max as usize,
            wait: Duration::from_millis(u64::from(waits.first)),
            linger: Duration::from_millis(u64::from(waits.more)),
            hold: Duration::from_millis(u64::from(waits.hold.unwrap_or(0).max(waits.more))),
        }))
    }

    /// The batch of the poll under way is wanted now. Of a consumer that is closed nothing is.
    #[napi(catch_unwind)]
    pub fn release(&self) {
        if let Some(shared) = &self.shared {
            shared.released.store(true, Ordering::Release);
        }
    }

    /// Names of the topics, by the index that rows have.
    #[napi(catch_unwind)]
    pub fn topics(&self) -> Result<Vec<String>> {
        Ok(self.shared()?.topics())
    }

    /// What happened since the last call.
    #[napi(catch_unwind)]
    pub fn events(&self) -> Result<Vec<ClientEvent>> {
        Ok(self.shared()?.consumer.context().events.take())
    }

    /// librdkafka's statistics, JSON, as of the last interval; empty until there are some.
    #[napi(catch_unwind)]
    pub fn statistics(&self) -> Result<String> {
        Ok(String::from_utf8_lossy(&lock(&self.shared()?.consumer.context().statistics)).into_owned())
    }

    /// Partitions that this consumer reads now.
    #[napi(catch_unwind)]
    pub fn assignment(&self) -> Result<Vec<Partition>> {
        Ok(partitions_of(&self.shared()?.consumer.assignment().map_err(Failure::from)?))
    }

    /// Where partitions end, as the broker said with the records that were fetched last: nobody is asked. −1 where it is not known yet.
    #[napi(catch_unwind)]
    pub fn ends(&self, partitions: Vec<Partition>) -> Result<Vec<Position>> {
        let client = self.shared()?.consumer.client().native_ptr();
        let end_of = |Partition { topic, partition }: Partition| -> Result<Position> {
            let name =
                CString::new(topic.as_str()).map_err(|_| Failure::own("TOPIC", "a topic's name holds a zero"))?;
            let (mut first, mut next) = (-1, -1);
            // SAFETY: a live client, a text that ends with a zero, and two numbers of ours.
            unsafe {
                native::rd_kafka_get_watermark_offsets(client, name.as_ptr(), partition, &raw mut first, &raw mut next)
            };
            Ok(Position { topic, partition, offset: next.max(-1), metadata: None })
        };
        partitions.into_iter().map(end_of).collect()
    }

    /// Where this consumer began to read the partitions that it has: what was committed then.
    #[napi(catch_unwind)]
    pub fn placed(&self) -> Result<Vec<Position>> {
        Ok(lock(&self.shared()?.consumer.context().placed).iter().map(|one| one.position.clone()).collect())
    }

    /// Where partitions were begun that had no committed offset; they stay in the list until they are committed (`settled`).
    #[napi(catch_unwind)]
    pub fn begun(&self) -> Result<Vec<Position>> {
        Ok(lock(&self.shared()?.consumer.context().begun).clone())
    }

    /// Positions of `begun` were committed.
    #[napi(catch_unwind)]
    pub fn settled(&self, positions: Vec<Position>) -> Result<()> {
        lock(&self.shared()?.consumer.context().begun)
            .retain(|one| !positions.iter().any(|done| done.topic == one.topic && done.partition == one.partition));
        Ok(())
    }

    /// Membership in the group as of the batch polled last: to be taken before the next poll, and committed under.
    #[napi(catch_unwind)]
    pub fn membership(&self) -> Result<Option<KafkaMembership>> {
        Ok(self.shared()?.membership().map(|membership| KafkaMembership { membership }))
    }

    /// Goes back to the committed offsets of all partitions (to where they were begun, if there are none), as behind an aborted
    /// transaction.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn rewind(&self, timeout_ms: u32) -> Result<AsyncTask<Rewind>> {
        let timeout = Duration::from_millis(u64::from(timeout_ms));
        Ok(AsyncTask::new(Rewind { shared: Arc::clone(self.shared()?), timeout }))
    }

    /// Whether a broker answers: asks for a topic, on the connections that there are.
    #[napi(catch_unwind, ts_return_type = "Promise<boolean>")]
    pub fn answers(&self, topic: String, timeout_ms: u32) -> Result<AsyncTask<Answers>> {
        let timeout = Duration::from_millis(u64::from(timeout_ms));
        Ok(AsyncTask::new(Answers { shared: Arc::clone(self.shared()?), topic, timeout }))
    }

    /// Committed offsets of partitions in this consumer's group, none that an open transaction may change (KIP-447).
    #[napi(catch_unwind, ts_return_type = "Promise<Position[]>")]
    pub fn committed(&self, partitions: Vec<Partition>, timeout_ms: u32) -> Result<AsyncTask<Query>> {
        Ok(AsyncTask::new(Query {
            shared: Arc::clone(self.shared()?),
            what: Question::Committed,
            positions: partitions
                .into_iter()
                .map(|Partition { topic, partition }| Position { topic, partition, offset: -1001, metadata: None })
                .collect(),
            timeout: Duration::from_millis(u64::from(timeout_ms)),
        }))
    }

    /// First offsets whose timestamp is at least the one in `offset`, milliseconds; −1 behind the last record.
    #[napi(catch_unwind, ts_return_type = "Promise<Position[]>")]
    pub fn offsets_for_times(&self, positions: Vec<Position>, timeout_ms: u32) -> Result<AsyncTask<Query>> {
        let timeout = Duration::from_millis(u64::from(timeout_ms));
        Ok(AsyncTask::new(Query { shared: Arc::clone(self.shared()?), what: Question::Times, positions, timeout }))
    }

    /// First and next offset of each partition: two positions for each, in order.
    #[napi(catch_unwind, ts_return_type = "Promise<Position[]>")]
    pub fn watermarks(&self, partitions: Vec<Partition>, timeout_ms: u32) -> Result<AsyncTask<Query>> {
        Ok(AsyncTask::new(Query {
            shared: Arc::clone(self.shared()?),
            what: Question::Watermarks,
            positions: partitions
                .into_iter()
                .map(|Partition { topic, partition }| Position { topic, partition, offset: 0, metadata: None })
                .collect(),
            timeout: Duration::from_millis(u64::from(timeout_ms)),
        }))
    }

    /// Sets the OAUTHBEARER token.
    #[napi(catch_unwind)]
    pub fn set_token(&self, token: String, lifetime_ms: i64, principal: String) -> Result<()> {
        let client = self.shared()?.consumer.client().native_ptr();
        crate::producer::set_token(client, token, lifetime_ms, principal)
    }

    /// Leaves the group and closes all connections, once no call is under way. Resolves when done.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn close(&mut self) -> AsyncTask<Close> {
        AsyncTask::new(Close { shared: self.shared.take() })
    }

    fn shared(&self) -> Result<&Arc<Shared>> {
        self.shared.as_ref().ok_or_else(|| Failure::own("CLOSED", "the consumer is closed").into())
    }
}

/// A list for librdkafka.
pub(crate) fn list_of(positions: &[Position]) -> Result<TopicPartitionList> {
    let mut list = TopicPartitionList::with_capacity(positions.len());
    for Position { topic, partition, offset, .. } in positions {
        list.add_partition_offset(topic, *partition, Offset::from_raw(*offset)).map_err(Failure::from)?;
    }
    Ok(list)
}

fn positions_of(list: &TopicPartitionList) -> Vec<Position> {
    list.elements()
        .iter()
        .map(|element| Position {
            topic: element.topic().to_owned(),
            partition: element.partition(),
            offset: element.offset().to_raw().filter(|offset| *offset >= 0).unwrap_or(-1),
            metadata: Some(element.metadata().to_owned()).filter(|text| !text.is_empty()),
        })
        .collect()
}

/// How long a poll waits, milliseconds.
#[napi(object)]
pub struct Waits {
    /// For a first record.
    pub first: u32,
    /// For more behind it.
    pub more: u32,
    /// For more behind it at most, until `release` is called.
    pub hold: Option<u32>,
}

/// `poll_batch`, on a thread of the pool.
pub struct Poll {
    shared: Arc<Shared>,
    buffer: Uint8Array,
    records: Uint32Array,
    headers: Uint32Array,
    max: usize,
    wait: Duration,
    linger: Duration,
    hold: Duration,
}

impl Task for Poll {
    type Output = f64;
    type JsValue = f64;

    fn compute(&mut self) -> Result<f64> {
        let shared = Arc::clone(&self.shared);
        let result = self.poll(&shared);
        shared.busy.store(false, Ordering::Release);
        result
    }

    fn resolve(&mut self, _: Env, output: f64) -> Result<f64> {
        Ok(output)
    }
}

impl Poll {
    #[allow(clippy::cast_precision_loss, reason = "counts and lengths are far below 2^53")]
    fn poll(&mut self, shared: &Shared) -> Result<f64> {
        let context = shared.consumer.context();
        // SAFETY: the contract of the call: until the promise settles nobody else touches these three.
        let (buffer, records, headers) =
            unsafe { (self.buffer.as_mut(), self.records.as_mut(), self.headers.as_mut()) };
        let max = self.max.min(records.len() / RECORD_STRIDE);
        let mut batch = Batch { shared, buffer, records, headers, count: 0, used: 0, header_count: 0 };
        let asked = Instant::now();
        // When its first record came.
        let mut begun = None;
        if let Some(carried) = lock(&shared.carried).take() {
            if let Err(needed) = batch.add(&carried) {
                *lock(&shared.carried) = Some(carried);
                return Ok(-(needed as f64));
            }
            begun = Some(Instant::now());
        }
        while batch.count < max {
            let now = Instant::now();
            // A batch that is wanted waits a little for more; one that nobody waits for may as well grow.
            let (until, slice) = match begun {
                None => (asked + self.wait, SLICE),
                Some(begun) if now < begun + self.linger => (begun + self.hold, begun + self.linger - now),
                Some(_) if shared.released.load(Ordering::Acquire) => break,
                Some(begun) => (begun + self.hold, RELEASED),
            };
            let left = until.saturating_duration_since(now);
            let polled = shared.consumer.poll(left.min(slice));
            if context.rebalanced.swap(false, Ordering::AcqRel) {
                batch.forget(&std::mem::take(&mut *lock(&context.gone)));
                // A record that arrived in the same breath belongs to a partition that is still, or newly, ours.
                match polled {
                    Some(Ok(message)) => *lock(&shared.carried) = Some(Carried::of(&message)),
                    Some(Err(error)) => note(context, error)?,
                    None => {}
                }
                break;
            }
            match polled {
                Some(Ok(message)) => {
                    let first = batch.count == 0;
                    if let Err(needed) = batch.add_message(&message) {
                        *lock(&shared.carried) = Some(Carried::of(&message));
                        if first {
                            return Ok(-(needed as f64));
                        }
                        break;
                    }
                    begun.get_or_insert_with(Instant::now);
                }
                Some(Err(error)) => note(context, error)?,
                None if Instant::now() >= until => break,
                None => {}
            }
        }
        if let Some(failure) = lock(&context.misplaced).take() {
            return Err(failure.into());
        }
        let membership = Membership::now(shared.consumer.client().native_ptr()).map(Arc::new);
        if shared.is_member && !shared.is_sound(membership.as_deref())? {
            // Whoever has the partitions, or had them meanwhile, reads these records.
            batch.count = 0;
            *lock(&shared.carried) = None;
        }
        *lock(&shared.membership) = membership;
        Ok(batch.count as f64)
    }
}

/// An error between records: those that end the consumer are thrown, the others are told as events.
fn note(context: &Context, error: KafkaError) -> Result<()> {
    if let KafkaError::PartitionEOF(partition) = error {
        context.events.push(ClientEvent::partitions("end", vec![Partition { topic: String::new(), partition }]));
        return Ok(());
    }
    let failure = Failure::from(error);
    if failure.fatal {
        return Err(failure.into());
    }
    context.events.push(ClientEvent::error(failure.name, failure.text));
    Ok(())
}

/// Rows under way.
struct Batch<'a> {
    shared: &'a Shared,
    buffer: &'a mut [u8],
    records: &'a mut [u32],
    headers: &'a mut [u32],
    count: usize,
    used: usize,
    header_count: usize,
}

impl Batch<'_> {
    fn add_message(&mut self, message: &BorrowedMessage<'_>) -> std::result::Result<(), usize> {
        let list = message.headers();
        let count = list.map_or(0, rdkafka::message::Headers::count);
        let header = |i: usize| {
            let header = list.map(|list| list.get(i));
            header.map_or((&b""[..], None), |header| (header.key.as_bytes(), header.value))
        };
        // SAFETY: a message of this consumer that is alive.
        let epoch = unsafe { native::rd_kafka_message_leader_epoch(message.ptr()) };
        self.add_row(
            message.topic(),
            (message.partition(), message.offset(), epoch),
            message.timestamp(),
            message.key(),
            message.payload(),
            count,
            header,
        )
    }

    fn add(&mut self, carried: &Carried) -> std::result::Result<(), usize> {
        self.add_row(
            &carried.topic,
            (carried.partition, carried.offset, carried.leader_epoch),
            carried.timestamp,
            carried.key.as_deref(),
            carried.value.as_deref(),
            carried.headers.len(),
            |i| carried.headers.get(i).map_or((&b""[..], None), |(name, value)| (name.as_slice(), value.as_deref())),
        )
    }

    /// Adds a row, or says how many bytes of buffer would be needed for it alone.
    #[allow(clippy::too_many_arguments, reason = "the parts of a record")]
    fn add_row<'b>(
        &mut self,
        topic: &str,
        (partition, offset, epoch): (i32, i64, i32),
        timestamp: Timestamp,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        header_count: usize,
        header: impl Fn(usize) -> (&'b [u8], Option<&'b [u8]>),
    ) -> std::result::Result<(), usize> {
        let of_headers: usize =
            (0..header_count).map(&header).map(|(name, value)| name.len() + value.map_or(0, <[u8]>::len)).sum();
        let needed = key.map_or(0, <[u8]>::len) + value.map_or(0, <[u8]>::len) + of_headers;
        // Too many headers for the table count as bytes that a larger batch has: tables grow with the buffer.
        if self.used + needed > self.buffer.len()
            || (self.header_count + header_count) * HEADER_STRIDE > self.headers.len()
        {
            return Err(needed.max(self.buffer.len() + 1));
        }
        let topic = self.topic(topic);
        let first_header = self.header_count;
        for i in 0..header_count {
            let (name, value) = header(i);
            let (name_at, name_length) = self.put(Some(name));
            let (value_at, value_length) = self.put(value);
            let at = (first_header + i) * HEADER_STRIDE;
            self.headers[at..at + HEADER_STRIDE].copy_from_slice(&[name_at, name_length, value_at, value_length]);
        }
        self.header_count += header_count;
        let (key_at, key_length) = self.put(key);
        let (value_at, value_length) = self.put(value);
        let (time, time_type) = match timestamp {
            Timestamp::NotAvailable => (-1, 0),
            Timestamp::CreateTime(time) => (time, 1),
            Timestamp::LogAppendTime(time) => (time, 2),
        };
        let row = &mut self.records[self.count * RECORD_STRIDE..(self.count + 1) * RECORD_STRIDE];
        row[TOPIC] = topic;
        row[PARTITION] = partition.cast_unsigned();
        (row[OFFSET], row[OFFSET + 1]) = halves(offset);
        (row[TIMESTAMP], row[TIMESTAMP + 1]) = halves(time);
        row[TIMESTAMP_TYPE] = time_type;
        row[KEY] = key_at;
        row[KEY_LENGTH] = key_length;
        row[VALUE] = value_at;
        row[VALUE_LENGTH] = value_length;
        row[FIRST_HEADER] = to_u32(first_header);
        row[HEADER_COUNT] = to_u32(header_count);
        row[LEADER_EPOCH] = epoch.cast_unsigned();
        self.count += 1;
        Ok(())
    }

    fn put(&mut self, bytes: Option<&[u8]>) -> (u32, u32) {
        let at = self.used;
        let Some(bytes) = bytes else { return (to_u32(at), NONE) };
        self.buffer[at..at + bytes.len()].copy_from_slice(bytes);
        self.used += bytes.len();
        (to_u32(at), to_u32(bytes.len()))
    }

    fn topic(&self, name: &str) -> u32 {
        let mut topics = lock(&self.shared.topics);
        let index = topics.iter().position(|known| known == name).unwrap_or_else(|| {
            topics.push(name.to_owned());
            topics.len() - 1
        });
        to_u32(index)
    }

    /// Takes out the rows of partitions that went: whoever has them now reads those records, too.
    fn forget(&mut self, gone: &[Partition]) {
        let topics = self.shared.topics();
        let is_gone = |topic: u32, partition: u32| {
            topics.get(topic as usize).is_some_and(|topic| {
                gone.iter().any(|partition_gone| {
                    partition_gone.topic == *topic && partition_gone.partition.cast_unsigned() == partition
                })
            })
        };
        let mut kept = 0;
        for row in 0..self.count {
            let at = row * RECORD_STRIDE;
            if is_gone(self.records[at + TOPIC], self.records[at + PARTITION]) {
                continue;
            }
            self.records.copy_within(at..at + RECORD_STRIDE, kept * RECORD_STRIDE);
            kept += 1;
        }
        self.count = kept;
        let mut carried = lock(&self.shared.carried);
        if carried
            .as_ref()
            .is_some_and(|record| gone.iter().any(|p| p.topic == record.topic && p.partition == record.partition))
        {
            *carried = None;
        }
    }
}

impl Carried {
    fn of(message: &BorrowedMessage<'_>) -> Self {
        Self {
            topic: message.topic().to_owned(),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers: message
                .headers()
                .map(|list| {
                    list.iter()
                        .map(|header| (header.key.as_bytes().to_vec(), header.value.map(<[u8]>::to_vec)))
                        .collect()
                })
                .unwrap_or_default(),
            partition: message.partition(),
            offset: message.offset(),
            timestamp: message.timestamp(),
            // SAFETY: a message of a consumer that is alive.
            leader_epoch: unsafe { native::rd_kafka_message_leader_epoch(message.ptr()) },
        }
    }
}

/// Positions in a batch are below 4 GiB: its buffer is.
#[allow(clippy::cast_possible_truncation, reason = "as said")]
const fn to_u32(number: usize) -> u32 {
    number as u32
}

/// `rewind`.
pub struct Rewind {
    shared: Arc<Shared>,
    timeout: Duration,
}

impl Task for Rewind {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<()> {
        Ok(self.shared.rewind(self.timeout)?)
    }

    fn resolve(&mut self, _: Env, (): ()) -> Result<()> {
        Ok(())
    }
}

/// `answers`.
pub struct Answers {
    shared: Arc<Shared>,
    topic: String,
    timeout: Duration,
}

impl Task for Answers {
    type Output = bool;
    type JsValue = bool;

    fn compute(&mut self) -> Result<bool> {
        Ok(self.shared.consumer.client().fetch_metadata(Some(&self.topic), self.timeout).is_ok())
    }

    fn resolve(&mut self, _: Env, output: bool) -> Result<bool> {
        Ok(output)
    }
}

/// What a query asks.
#[derive(Clone, Copy)]
pub enum Question {
    /// Offsets committed in the group.
    Committed,
    /// Offsets by timestamp.
    Times,
    /// First and next offset.
    Watermarks,
}

/// A question on partitions.
pub struct Query {
    shared: Arc<Shared>,
    what: Question,
    positions: Vec<Position>,
    timeout: Duration,
}

impl Task for Query {
    type Output = Vec<Position>;
    type JsValue = Vec<Position>;

    fn compute(&mut self) -> Result<Vec<Position>> {
        let consumer = &self.shared.consumer;
        match self.what {
            Question::Committed => {
                let list =
                    consumer.committed_offsets(list_of(&self.positions)?, self.timeout).map_err(Failure::from)?;
                Ok(positions_of(&list))
            }
            Question::Times => {
                let list =
                    consumer.offsets_for_times(list_of(&self.positions)?, self.timeout).map_err(Failure::from)?;
                Ok(positions_of(&list))
            }
            Question::Watermarks => {
                let mut found = Vec::with_capacity(2 * self.positions.len());
                for Position { topic, partition, .. } in &self.positions {
                    let (first, next) =
                        consumer.fetch_watermarks(topic, *partition, self.timeout).map_err(Failure::from)?;
                    for offset in [first, next] {
                        found.push(Position { topic: topic.clone(), partition: *partition, offset, metadata: None });
                    }
                }
                Ok(found)
            }
        }
    }

    fn resolve(&mut self, _: Env, output: Vec<Position>) -> Result<Vec<Position>> {
        Ok(output)
    }
}

/// `close`: leaving a group waits for the broker, and so does not run on JavaScript's thread.
pub struct Close {
    shared: Option<Arc<Shared>>,
}

impl Task for Close {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<()> {
        drop(self.shared.take());
        Ok(())
    }

    fn resolve(&mut self, _: Env, (): ()) -> Result<()> {
        Ok(())
    }
}

/// Offsets of a commit's rows, by its topics: their names, and what is kept with their offsets.
pub(crate) fn positions_of_rows(topics: &[(String, String)], rows: &[u32]) -> Result<Vec<(Position, i32)>> {
    rows.chunks_exact(crate::layout::COMMIT_STRIDE)
        .map(|row| {
            let (topic, metadata) =
                topics.get(row[0] as usize).ok_or_else(|| Failure::own("TOPIC", "a row names no topic"))?;
            let position = Position {
                topic: topic.clone(),
                partition: row[1].cast_signed(),
                offset: whole(row[2], row[3]),
                metadata: Some(metadata.clone()).filter(|text| !text.is_empty()),
            };
            Ok((position, row[4].cast_signed()))
        })
        .collect()
}
