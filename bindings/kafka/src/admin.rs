//! Topics: what there is, and making them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_executor::block_on;
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use napi_derive::napi;
use rdkafka::admin::{AdminClient, AdminOptions, ConfigSource, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::event::lock;
use crate::failure::{Failure, name_of};

/// Says nothing by itself; keeps the error that tells why a call ran out of time.
#[derive(Clone, Default)]
struct Silent {
    reason: Arc<Mutex<Option<Failure>>>,
}

impl Silent {
    /// Why a call failed, if more is known than that it did.
    fn why(&self, failure: Failure) -> Failure {
        lock(&self.reason).take().unwrap_or(failure)
    }
}

impl ClientContext for Silent {
    fn log(&self, _: rdkafka::config::RDKafkaLogLevel, _: &str, _: &str) {}
    fn error(&self, error: KafkaError, text: &str) {
        let failure = Failure { text: text.to_owned(), ..Failure::from(error) };
        if matches!(failure.name.as_str(), "_SSL" | "_AUTHENTICATION") {
            *lock(&self.reason) = Some(failure);
        }
    }
    fn stats_raw(&self, _: &[u8]) {}
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
}

#[napi]
impl KafkaAdmin {
    /// Configuration by librdkafka's names.
    #[must_use]
    #[napi(constructor, catch_unwind)]
    pub fn new(config: Vec<(String, String)>) -> Self {
        Self { config }
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

    /// A topic's configuration, defaults of the broker included.
    #[must_use]
    #[napi(catch_unwind, ts_return_type = "Promise<Setting[]>")]
    pub fn topic_settings(&self, name: String, timeout_ms: u32) -> AsyncTask<ReadSettings> {
        AsyncTask::new(ReadSettings {
            config: self.config.clone(),
            name,
            timeout: Duration::from_millis(u64::from(timeout_ms)),
        })
    }

    fn ask(&self, ask: Ask, timeout_ms: u32) -> AsyncTask<Administer> {
        AsyncTask::new(Administer {
            config: self.config.clone(),
            ask,
            timeout: Duration::from_millis(u64::from(timeout_ms)),
        })
    }
}

/// An administrative call, on a thread of the pool.
pub struct Administer {
    config: Vec<(String, String)>,
    ask: Ask,
    timeout: Duration,
}

impl Task for Administer {
    type Output = Vec<Topic>;
    type JsValue = Vec<Topic>;

    fn compute(&mut self) -> Result<Vec<Topic>> {
        let (client, context) = open(&mut self.config)?;
        let options = options(self.timeout);
        match &self.ask {
            Ask::Topics(name) => {
                let found = client
                    .inner()
                    .fetch_metadata(name.as_deref(), self.timeout)
                    .map_err(|error| context.why(error.into()))?;
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
                        error: topic.error().map(|code| name_of(code.into())).unwrap_or_default(),
                    })
                    .collect())
            }
            Ask::Create(specs) => {
                let topics: Vec<NewTopic<'_>> = specs.iter().map(new_topic).collect();
                let results = block_on(client.create_topics(&topics, &options)).map_err(Failure::from)?;
                let mut made = Vec::new();
                for (result, spec) in results.into_iter().zip(specs) {
                    match result {
                        Ok(name) => made.push(Topic {
                            name,
                            partitions: spec.partitions,
                            replication: spec.replication,
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
        }
    }

    fn resolve(&mut self, _: Env, output: Vec<Topic>) -> Result<Vec<Topic>> {
        Ok(output)
    }
}

fn open(config: &mut Vec<(String, String)>) -> Result<(AdminClient<Silent>, Silent)> {
    let config: ClientConfig = config.drain(..).collect();
    let context = Silent::default();
    Ok((config.create_with_context(context.clone()).map_err(Failure::from)?, context))
}

fn options(timeout: Duration) -> AdminOptions {
    AdminOptions::new().request_timeout(Some(timeout)).operation_timeout(Some(timeout))
}

/// `topic_settings`, on a thread of the pool.
pub struct ReadSettings {
    config: Vec<(String, String)>,
    name: String,
    timeout: Duration,
}

impl Task for ReadSettings {
    type Output = Vec<Setting>;
    type JsValue = Vec<Setting>;

    fn compute(&mut self) -> Result<Vec<Setting>> {
        let (client, context) = open(&mut self.config)?;
        let asked = [ResourceSpecifier::Topic(&self.name)];
        let results = block_on(client.describe_configs(&asked, &options(self.timeout)))
            .map_err(|error| context.why(error.into()))?;
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

fn new_topic(spec: &TopicSpec) -> NewTopic<'_> {
    let replication = if spec.replication == 0 { -1 } else { i32::try_from(spec.replication).unwrap_or(-1) };
    let mut topic =
        NewTopic::new(&spec.name, i32::try_from(spec.partitions).unwrap_or(1), TopicReplication::Fixed(replication));
    for (key, value) in &spec.config {
        topic = topic.set(key, value);
    }
    topic
}
