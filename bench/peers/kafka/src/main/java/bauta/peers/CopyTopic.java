package bauta.peers;

import java.io.FileInputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.MaskField;

/**
 * Copies a topic to another, exactly once, as Kafka's documentation has it: until it is killed. The file that it is given says from where to
 * where, how many records a transaction has at most, and how long one waits for more; and the settings of consumer and producer.
 */
final class CopyTopic {
  private CopyTopic() {}

  interface Change {
    byte[] on(String topic, byte[] value);
  }

  public static void main(String[] args) throws Exception {
    Properties given = new Properties();
    try (FileInputStream file = new FileInputStream(args[0])) {
      given.load(file);
    }
    String from = given.getProperty("from");
    String to = given.getProperty("to");
    int records = Integer.parseInt(given.getProperty("records"));
    long lingerNanos = Long.parseLong(given.getProperty("linger-ms")) * 1_000_000;
    Change change = given.containsKey("mask-fields") ? maskField(List.of(given.getProperty("mask-fields").split(","))) : null;
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(settings(given, "consumer."), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(settings(given, "producer."), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      consumer.subscribe(List.of(from));
      Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
      for (; ; ) {
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(500));
        if (polled.isEmpty()) continue;
        producer.beginTransaction();
        offsets.clear();
        int count = 0;
        long until = System.nanoTime() + lingerNanos;
        while (true) {
          for (TopicPartition partition : polled.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> part = polled.records(partition);
            for (ConsumerRecord<byte[], byte[]> record : part) {
              byte[] value = change == null ? record.value() : change.on(from, record.value());
              producer.send(new ProducerRecord<>(to, null, record.timestamp(), record.key(), value, record.headers()));
            }
            offsets.put(partition, new OffsetAndMetadata(part.get(part.size() - 1).offset() + 1));
            count += part.size();
          }
          long left = until - System.nanoTime();
          // A poll gives as many as a transaction has at most, so a next one could make it larger.
          if (count > records / 2 || left <= 0) break;
          polled = consumer.poll(Duration.ofNanos(left));
        }
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        producer.commitTransaction();
      }
    }
  }

  /** Values as Connect has them, without schemas; a field of the record itself becomes empty. */
  private static Change maskField(List<String> fields) {
    JsonConverter converter = new JsonConverter();
    converter.configure(Map.of("schemas.enable", false), false);
    MaskField<SinkRecord> mask = new MaskField.Value<>();
    mask.configure(Map.of("fields", fields));
    return (topic, bytes) -> {
      SchemaAndValue value = converter.toConnectData(topic, bytes);
      SinkRecord masked = mask.apply(new SinkRecord(topic, 0, null, null, value.schema(), value.value(), 0));
      return converter.fromConnectData(topic, masked.valueSchema(), masked.value());
    };
  }

  private static Properties settings(Properties given, String prefix) {
    Properties settings = new Properties();
    for (String name : given.stringPropertyNames())
      if (name.startsWith(prefix)) settings.setProperty(name.substring(prefix.length()), given.getProperty(name));
    return settings;
  }
}
