import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** Changes a topic: BOOTSTRAP delete TOPIC, or BOOTSTRAP set TOPIC NAME VALUE. Kafka's own tools for it are not among the broker's jars. */
class Change {
  public static void main(String[] words) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", words[0]))) {
      if (words[1].equals("delete")) {
        admin.deleteTopics(List.of(words[2])).all().get();
        return;
      }
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, words[2]);
      AlterConfigOp set = new AlterConfigOp(new ConfigEntry(words[3], words[4]), AlterConfigOp.OpType.SET);
      admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get();
    }
  }
}
