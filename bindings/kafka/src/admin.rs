//! Topics: what there is, and making them.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_executor::block_on;
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use napi_derive::napi;
use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigSource, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::bindings as native;
use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::metadata::{Metadata, MetadataPartition};
use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext};

use crate::event::lock;
use crate::failure::{Failure, name_of};
use crate::producer::set_token;

/// How long a question waits before it looks why there is no answer.
const STEP: Duration = Duration::from_millis(300);

/// Says nothing by itself; keeps the error that tells why there is no connection.
#[derive(Clone, Default)]
struct Silent {
    reason: Arc<Mutex<Option<Failure>>>,
}

impl ClientContext for Silent {
    fn log(&self, _: rdkafka::config::RDKafkaLogLevel, _: &str, _: &str) {}
    fn error(&self, error: KafkaError, text: &str) {
        let failure = Failure { text: text.to_owned(), ..Failure::from(error) };
        // That all brokers are down is said behind what is wrong with each.
        if failure.name != "_ALL_BROKERS_DOWN" {
            *lock(&self.reason) = Some(failure);
        }
    }
    fn stats_raw(&self, _: &[u8]) {}
}

impl ProducerContext for Silent {
    type DeliveryOpaque = ();
    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

/// A topic of the cluster.
#[napi(object)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// How many partitions it has.
    pub partitions: u32,
    /// Replicas of its first partition.
    pub replication: u32,
    /// Replicas in sync of the partition that has the fewest; none where a partition has no leader.
    pub in_sync: u32,
    /// Name of the error with which the broker answered; empty if none.
    pub error: String,
}

/// A topic to make.
#[napi(object)]
pub struct TopicSpec {
    /// Its name.
    pub name: String,
    /// How many partitions it gets.
    pub partitions: u32,
    /// How many replicas; 0 is the broker's default.
    pub replication: u32,
    /// Configuration that differs from the broker's.
    pub config: Vec<(String, String)>,
}

/// What an administrative call asks.
enum Ask {
    /// One topic, or all.
    Topics(Option<String>),
    Create(Vec<TopicSpec>),
    /// A topic, and how many partitions it is to have in all.
    Grow(String, u32),
}

/// A setting of a topic.
#[napi(object)]
pub struct Setting {
    /// Its name, such as `cleanup.policy`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The topic sets it itself; else it is the broker's.
    pub own: bool,
}

/// A client for questions and topics; each call opens a connection of its own, since there are few.
#[napi]
pub struct KafkaAdmin {
    config: Vec<(String, String)>,
    token: Option<Token>,
}

/// An OAUTHBEARER token: what it is, when it runs out, and whose it is.
type Token = (String, i64, String);

#[napi]
impl KafkaAdmin {
    /// Configuration by librdkafka's names.
    #[must_use]
    #[napi(constructor, catch_unwind)]
    pub fn new(config: Vec<(String, String)>) -> Self {
        Self { config, token: None }
    }

    /// Sets the OAUTHBEARER token of the calls that follow.
    #[napi(catch_unwind)]
    pub fn set_token(&mut self, token: String, lifetime_ms: i64, principal: String) {
        self.token = Some((token, lifetime_ms, principal));
    }

    /// All topics, or one; internal ones too.
    #[must_use]
    #[napi(catch_unwind, ts_return_type = "Promise<Topic[]>")]
    pub fn topics(&self, name: Option<String>, timeout_ms: u32) -> AsyncTask<Administer> {
        self.ask(Ask::Topics(name), timeout_ms)
    }

    /// Makes topics; one that is there already stays as it is. Resolves to those that were made.
    #[must_use]
    #[napi(catch_unwind, ts_return_type = "Promise<Topic[]>")]
    pub fn create_topics(&self, topics: Vec<TopicSpec>, timeout_ms: u32) -> AsyncTask<Administer> {
        self.ask(Ask::Create(topics), timeout_ms)
    }

    /// Gives a topic more partitions, so many in all; one that has them already stays as it is.
    #[must_use]
    #[napi(catch_unwind, ts_return_type = "Promise<Topic[]>")]
    pub fn grow_topic(&self, name: String, partitions: u32, timeout_ms: u32) -> AsyncTask<Administer> {
        self.ask(Ask::Grow(name, partitions), timeout_ms)
    }

    /// Identities of topics, in their order: what tells a topic from another one of its name. Empty where there is no such topic, or the
    /// cluster is older than identities are.
    #[must_use]
    #[napi(catch_unwind, ts_return_type = "Promise<string[]>")]
    pub fn topic_ids(&self, names: Vec<String>, timeout_ms: u32) -> AsyncTask<ReadIds> {
        AsyncTask::new(ReadIds { config: self.config.clone(), token: self.token.clone(), names, timeout_ms })
    }

    /// A topic's configuration, defaults of the broker included.
    #[must_use]
    #[napi(catch_unwind, ts_return_type = "Promise<Setting[]>")]
    pub fn topic_settings(&self, name: String, timeout_ms: u32) -> AsyncTask<ReadSettings> {
        AsyncTask::new(ReadSettings {
            config: self.config.clone(),
            token: self.token.clone(),
            name,
            timeout: Duration::from_millis(u64::from(timeout_ms)),
        })
    }

    fn ask(&self, ask: Ask, timeout_ms: u32) -> AsyncTask<Administer> {
        AsyncTask::new(Administer {
            config: self.config.clone(),
            token: self.token.clone(),
            ask,
            timeout: Duration::from_millis(u64::from(timeout_ms)),
        })
    }
}

/// An administrative call, on a thread of the pool.
pub struct Administer {
    config: Vec<(String, String)>,
    token: Option<Token>,
    ask: Ask,
    timeout: Duration,
}

impl Task for Administer {
    type Output = Vec<Topic>;
    type JsValue = Vec<Topic>;

    fn compute(&mut self) -> Result<Vec<Topic>> {
        match &self.ask {
            Ask::Topics(name) => {
                let found = ask_until(&mut self.config, self.token.take(), name.as_deref(), self.timeout)?;
                Ok(found
                    .topics()
                    .iter()
                    .map(|topic| Topic {
                        name: topic.name().to_owned(),
                        partitions: u32::try_from(topic.partitions().len()).unwrap_or(0),
                        replication: topic
                            .partitions()
                            .first()
                            .map_or(0, |first| u32::try_from(first.replicas().len()).unwrap_or(0)),
                        in_sync: topic.partitions().iter().map(in_sync).min().unwrap_or(0),
                        error: topic.error().map(|code| name_of(code.into())).unwrap_or_default(),
                    })
                    .collect())
            }
            Ask::Create(specs) => {
                let client = open(&mut self.config, self.token.take())?;
                let options = options(self.timeout);
                let topics: Vec<NewTopic<'_>> = specs.iter().map(new_topic).collect();
                let results = block_on(client.create_topics(&topics, &options)).map_err(Failure::from)?;
                let mut made = Vec::new();
                for (result, spec) in results.into_iter().zip(specs) {
                    match result {
                        Ok(name) => made.push(Topic {
                            name,
                            partitions: spec.partitions,
                            replication: spec.replication,
                            in_sync: 0,
                            error: String::new(),
                        }),
                        Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                        Err((name, code)) => {
                            return Err(Failure::own(&name_of(code), &format!("topic {name} was not made")).into());
                        }
                    }
                }
                Ok(made)
            }
            Ask::Grow(name, partitions) => {
                let client = open(&mut self.config, self.token.take())?;
                let grown = NewPartitions::new(name, *partitions as usize);
                let results =
                    block_on(client.create_partitions(&[grown], &options(self.timeout))).map_err(Failure::from)?;
                for result in results {
                    match result {
                        Ok(_) | Err((_, RDKafkaErrorCode::InvalidPartitions)) => {}
                        Err((name, code)) => {
                            return Err(Failure::own(&name_of(code), &format!("topic {name} was not grown")).into());
                        }
                    }
                }
                Ok(Vec::new())
            }
        }
    }

    fn resolve(&mut self, _: Env, output: Vec<Topic>) -> Result<Vec<Topic>> {
        Ok(output)
    }
}

/// Asks for topics until there is an answer, the connection turns out not to be possible, or time is up. The client is a producer's: one
/// for administration has no place where librdkafka says why there is no connection.
fn ask_until(
    config: &mut Vec<(String, String)>,
    token: Option<Token>,
    name: Option<&str>,
    timeout: Duration,
) -> Result<Metadata> {
    let config: ClientConfig = config.drain(..).collect();
    let context = Silent::default();
    let client: BaseProducer<Silent> = config.create_with_context(context.clone()).map_err(Failure::from)?;
    show(client.client().native_ptr(), token)?;
    let until = Instant::now() + timeout;
    loop {
        let failure = match client.client().fetch_metadata(name, STEP.min(timeout)) {
            Ok(found) => return Ok(found),
            Err(error) => Failure::from(error),
        };
        client.poll(Duration::ZERO);
        let reason = lock(&context.reason).clone().unwrap_or(failure);
        if Instant::now() >= until || matches!(reason.name.as_str(), "_SSL" | "_AUTHENTICATION") {
            return Err(reason.into());
        }
    }
}

fn in_sync(partition: &MetadataPartition) -> u32 {
    if partition.leader() < 0 { 0 } else { u32::try_from(partition.isr().len()).unwrap_or(0) }
}

fn open(config: &mut Vec<(String, String)>, token: Option<Token>) -> Result<AdminClient<Silent>> {
    let config: ClientConfig = config.drain(..).collect();
    let client: AdminClient<Silent> = config.create_with_context(Silent::default()).map_err(Failure::from)?;
    show(client.inner().native_ptr(), token)?;
    Ok(client)
}

fn show(client: *mut native::rd_kafka_t, token: Option<Token>) -> Result<()> {
    token.map_or(Ok(()), |(token, lifetime_ms, principal)| set_token(client, token, lifetime_ms, principal))
}

fn options(timeout: Duration) -> AdminOptions {
    AdminOptions::new().request_timeout(Some(timeout)).operation_timeout(Some(timeout))
}

/// `topic_settings`, on a thread of the pool.
pub struct ReadSettings {
    config: Vec<(String, String)>,
    token: Option<Token>,
    name: String,
    timeout: Duration,
}

impl Task for ReadSettings {
    type Output = Vec<Setting>;
    type JsValue = Vec<Setting>;

    fn compute(&mut self) -> Result<Vec<Setting>> {
        let client = open(&mut self.config, self.token.take())?;
        let asked = [ResourceSpecifier::Topic(&self.name)];
        let results = block_on(client.describe_configs(&asked, &options(self.timeout))).map_err(Failure::from)?;
        let mut settings = Vec::new();
        for result in results {
            let resource =
                result.map_err(|code| Failure::own(&name_of(code), "the topic's configuration cannot be read"))?;
            for entry in resource.entries {
                if let (false, Some(value)) = (entry.is_sensitive, entry.value) {
                    settings.push(Setting { name: entry.name, value, own: entry.source == ConfigSource::DynamicTopic });
                }
            }
        }
        Ok(settings)
    }

    fn resolve(&mut self, _: Env, output: Vec<Setting>) -> Result<Vec<Setting>> {
        Ok(output)
    }
}

/// `topic_ids`, on a thread of the pool.
pub struct ReadIds {
    config: Vec<(String, String)>,
    token: Option<Token>,
    names: Vec<String>,
    timeout_ms: u32,
}

impl Task for ReadIds {
    type Output = Vec<String>;
    type JsValue = Vec<String>;

    fn compute(&mut self) -> Result<Vec<String>> {
        let client = open(&mut self.config, self.token.take())?;
        let found = describe(client.inner().native_ptr(), &self.names, self.timeout_ms)?;
        Ok(self.names.iter().map(|name| found.get(name).cloned().unwrap_or_default()).collect())
    }

    fn resolve(&mut self, _: Env, output: Vec<String>) -> Result<Vec<String>> {
        Ok(output)
    }
}

/// What a cluster without identities gives all of its topics.
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// Identities by name, of those that are there.
fn describe(client: *mut native::rd_kafka_t, names: &[String], timeout_ms: u32) -> Result<HashMap<String, String>> {
    let names: Vec<CString> = names
        .iter()
        .map(|name| CString::new(name.as_str()).map_err(|_| Failure::own("TOPIC", "the name of a topic holds a zero")))
        .collect::<std::result::Result<_, _>>()?;
    let mut pointers: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
    let timeout = c_int::try_from(timeout_ms).unwrap_or(c_int::MAX);
    // SAFETY: a live client; names that end with a zero and outlive the call, which copies them; all that librdkafka makes here is ours, and
    // is destroyed once, what belongs to the event with it.
    unsafe {
        let topics = native::rd_kafka_TopicCollection_of_topic_names(pointers.as_mut_ptr(), pointers.len());
        let options =
            native::rd_kafka_AdminOptions_new(client, native::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
        native::rd_kafka_AdminOptions_set_request_timeout(options, timeout, ptr::null_mut(), 0);
        let queue = native::rd_kafka_queue_new(client);
        native::rd_kafka_DescribeTopics(client, topics, options, queue);
        native::rd_kafka_AdminOptions_destroy(options);
        native::rd_kafka_TopicCollection_destroy(topics);
        // The call answers in its time, be it with an error.
        let event = native::rd_kafka_queue_poll(queue, timeout.saturating_add(timeout));
        native::rd_kafka_queue_destroy(queue);
        if event.is_null() {
            return Err(Failure { retriable: true, ..Failure::own("_TIMED_OUT", "topics are not described") }.into());
        }
        let found = ids_of(event);
        native::rd_kafka_event_destroy(event);
        found
    }
}

/// # Safety
/// `event` is one of librdkafka that is alive.
unsafe fn ids_of(event: *mut native::rd_kafka_event_t) -> Result<HashMap<String, String>> {
    // SAFETY: all pointers are the event's, and live as long as it does; texts end with a zero.
    unsafe {
        if let Some(failure) = Failure::of_code(native::rd_kafka_event_error(event)) {
            return Err(Failure { retriable: true, ..failure }.into());
        }
        let result = native::rd_kafka_event_DescribeTopics_result(event);
        let mut count = 0;
        let topics = native::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
        let text = |pointer: *const c_char| CStr::from_ptr(pointer).to_string_lossy().into_owned();
        let mut ids = HashMap::new();
        for at in 0..count {
            let topic = *topics.add(at);
            let error = native::rd_kafka_TopicDescription_error(topic);
            if !error.is_null()
                && native::rd_kafka_error_code(error) != native::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
            {
                continue;
            }
            let id = text(native::rd_kafka_Uuid_base64str(native::rd_kafka_TopicDescription_topic_id(topic)));
            if id != NO_ID {
                ids.insert(text(native::rd_kafka_TopicDescription_name(topic)), id);
            }
        }
        Ok(ids)
    }
}

fn new_topic(spec: &TopicSpec) -> NewTopic<'_> {
    let replication = if spec.replication == 0 { -1 } else { i32::try_from(spec.replication).unwrap_or(-1) };
    let mut topic =
        NewTopic::new(&spec.name, i32::try_from(spec.partitions).unwrap_or(1), TopicReplication::Fixed(replication));
    for (key, value) in &spec.config {
        topic = topic.set(key, value);
    }
    topic
}
