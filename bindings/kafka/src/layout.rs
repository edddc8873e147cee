//! The tables that calls share with JavaScript: rows of u32 (runtime/kafka/layout.ts says the same).
//!
//! A 64-bit number is two columns, the lower half first. Positions are bytes in the batch's buffer.

/// Columns of a row of a record.
pub const RECORD_STRIDE: usize = 14;
/// Index of the topic among those that the client has named so far.
pub const TOPIC: usize = 0;
/// Partition; `NONE` lets the partitioner choose.
pub const PARTITION: usize = 1;
/// Offset, lower half; the upper one follows.
pub const OFFSET: usize = 2;
/// Milliseconds since 1970, lower half; the upper one follows. 0 when a record is sent: now.
pub const TIMESTAMP: usize = 4;
/// 0 unknown, 1 set by the producer, 2 set by the broker.
pub const TIMESTAMP_TYPE: usize = 6;
/// Where the key begins.
pub const KEY: usize = 7;
/// Bytes of the key; `NONE`: there is none.
pub const KEY_LENGTH: usize = 8;
/// Where the value begins.
pub const VALUE: usize = 9;
/// Bytes of the value; `NONE`: a tombstone.
pub const VALUE_LENGTH: usize = 10;
/// First row of its headers.
pub const FIRST_HEADER: usize = 11;
/// How many headers it has.
pub const HEADER_COUNT: usize = 12;
/// Epoch of the partition's leader, `NONE` if unknown.
pub const LEADER_EPOCH: usize = 13;

/// Columns of a row of a header: name, its bytes, value, its bytes (`NONE`: null).
pub const HEADER_STRIDE: usize = 4;

/// Columns of a row of an offset to commit: topic, partition, offset (two), leader epoch.
pub const COMMIT_STRIDE: usize = 5;

/// What is not there.
pub const NONE: u32 = u32::MAX;

/// The two halves of a number.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "halves of the same bits")]
pub fn halves(number: i64) -> (u32, u32) {
    (number as u32, (number >> 32) as u32)
}

/// A number of two halves.
#[must_use]
pub fn whole(low: u32, high: u32) -> i64 {
    i64::from_le_bytes(((u64::from(high) << 32) | u64::from(low)).to_le_bytes())
}
