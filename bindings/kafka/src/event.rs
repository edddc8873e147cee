//! What a client has to tell between calls: kept in a list until the next call takes it away.

use std::sync::{Mutex, MutexGuard, PoisonError};

use napi_derive::napi;
use rdkafka::topic_partition_list::TopicPartitionList;

/// Events that wait at most; behind them the oldest go, and `dropped` tells how many.
const EVENTS_MAX: usize = 256;

/// A partition of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[napi(object)]
pub struct Partition {
    /// Name of the topic.
    pub topic: String,
    /// Number of the partition.
    pub partition: i32,
}

/// Something that happened in a client.
#[derive(Clone, Debug)]
#[napi(object)]
pub struct ClientEvent {
    /// `assigned`, `revoked`, `lost`, `error`, `dropped`, or `end`: all that a partition has now was polled, where the configuration has
    /// `enable.partition.eof`.
    pub kind: String,
    /// Of an error: its name in librdkafka.
    pub name: String,
    /// Of an error: librdkafka's words; of `dropped`: how many.
    pub text: String,
    /// Of an assignment or a revocation; of `end` the one partition, whose topic librdkafka does not tell.
    pub partitions: Vec<Partition>,
}

impl ClientEvent {
    /// An error of the client as a whole.
    #[must_use]
    pub fn error(name: String, text: String) -> Self {
        Self { kind: "error".to_owned(), name, text, partitions: Vec::new() }
    }

    /// Partitions that came or went.
    #[must_use]
    pub fn partitions(kind: &str, partitions: Vec<Partition>) -> Self {
        Self { kind: kind.to_owned(), name: String::new(), text: String::new(), partitions }
    }
}

/// Events that wait.
#[derive(Debug, Default)]
pub struct Events {
    waiting: Mutex<(Vec<ClientEvent>, usize)>,
}

impl Events {
    /// Adds one. An error that says what the one before it said is left out.
    pub fn push(&self, event: ClientEvent) {
        let mut waiting = lock(&self.waiting);
        if event.kind == "error"
            && waiting.0.last().is_some_and(|last| last.name == event.name && last.text == event.text)
        {
            return;
        }
        if waiting.0.len() == EVENTS_MAX {
            waiting.0.remove(0);
            waiting.1 += 1;
        }
        waiting.0.push(event);
    }

    /// Takes all of them.
    #[must_use]
    pub fn take(&self) -> Vec<ClientEvent> {
        let mut waiting = lock(&self.waiting);
        let mut events = std::mem::take(&mut waiting.0);
        let dropped = std::mem::take(&mut waiting.1);
        if dropped > 0 {
            events.insert(
                0,
                ClientEvent {
                    kind: "dropped".to_owned(),
                    text: dropped.to_string(),
                    ..ClientEvent::error(String::new(), String::new())
                },
            );
        }
        events
    }
}

/// A lock whose holder panicked still guards what it guards.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The partitions of a list.
#[must_use]
pub fn partitions_of(list: &TopicPartitionList) -> Vec<Partition> {
    list.elements()
        .iter()
        .map(|element| Partition { topic: element.topic().to_owned(), partition: element.partition() })
        .collect()
}
