package bauta.peers;

import java.io.FileInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A Flink job from a topic to a topic, exactly once, whose fields are masked as an OPA server decides: until it is killed. The file that it is
 * given says from where to where, where OPA is, for whom, how it is asked, how often there is a checkpoint; and the settings of consumer and
 * producer.
 */
public final class MaskByOpa {
  /** Longer than an event ever waits for its decisions, which have a timeout of their own. */
  private static final long WAIT_SECONDS = 10;

  private static final TypeInformation<byte[]> BYTES = PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;

  private MaskByOpa() {}

  public static void main(String[] args) throws Exception {
    Properties given = new Properties();
    try (FileInputStream file = new FileInputStream(args[0])) {
      given.load(file);
    }
    StreamExecutionEnvironment flink = environment(given);
    DataStream<byte[]> raw = flink.fromSource(source(given), WatermarkStrategy.noWatermarks(), "raw");
    masked(raw, given).sinkTo(sink(given)).name("masked");
    flink.execute("mask-by-opa");
  }

  private static StreamExecutionEnvironment environment(Properties given) {
    Configuration settings = new Configuration();
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(Long.parseLong(given.getProperty("checkpoint-ms"))));
    settings.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
    // The bench has to see that something is wrong.
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    int parallelism = Math.min(Integer.parseInt(given.getProperty("partitions")), Runtime.getRuntime().availableProcessors());
    return StreamExecutionEnvironment.createLocalEnvironment(parallelism, settings);
  }

  private static DataStream<byte[]> masked(DataStream<byte[]> raw, Properties given) {
    String opa = given.getProperty("opa");
    String view = given.getProperty("view");
    if (given.getProperty("ask").equals("cached"))
      return raw.map(new Cached(opa, view)).returns(BYTES).name("mask");
    int inFlight = Integer.parseInt(given.getProperty("in-flight"));
    return AsyncDataStream.orderedWait(raw, new Asking(opa, view), WAIT_SECONDS, TimeUnit.SECONDS, inFlight)
        .returns(Types.TUPLE(BYTES, Types.OBJECT_ARRAY(Types.ENUM(Action.class))))
        .name("ask")
        .map(new Asking.Apply())
        .returns(BYTES)
        .name("mask");
  }

  private static KafkaSource<byte[]> source(Properties given) {
    return KafkaSource.<byte[]>builder()
        .setTopics(given.getProperty("from"))
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setValueOnlyDeserializer(new Bytes())
        .setProperties(settings(given, "consumer."))
        .build();
  }

  private static KafkaSink<byte[]> sink(Properties given) {
    Properties settings = settings(given, "producer.");
    return KafkaSink.<byte[]>builder()
        .setBootstrapServers(settings.getProperty("bootstrap.servers"))
        .setKafkaProducerConfig(settings)
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(given.getProperty("transactional-id"))
        .setRecordSerializer(
            KafkaRecordSerializationSchema.<byte[]>builder().setTopic(given.getProperty("to")).setValueSerializationSchema(new Bytes()).build())
        .build();
  }

  private static Properties settings(Properties given, String prefix) {
    Properties settings = new Properties();
    for (String name : given.stringPropertyNames())
      if (name.startsWith(prefix)) settings.setProperty(name.substring(prefix.length()), given.getProperty(name));
    return settings;
  }

  /** Values as they are. */
  static final class Bytes implements DeserializationSchema<byte[]>, SerializationSchema<byte[]> {
    @Override
    public byte[] deserialize(byte[] message) throws IOException {
      return message;
    }

    @Override
    public byte[] serialize(byte[] message) {
      return message;
    }

    @Override
    public boolean isEndOfStream(byte[] next) {
      return false;
    }

    @Override
    public TypeInformation<byte[]> getProducedType() {
      return BYTES;
    }
  }
}
