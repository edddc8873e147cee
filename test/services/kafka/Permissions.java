import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Gives permissions: BOOTSTRAP, and for each of them PRINCIPAL TYPE NAME OPERATION. A name that ends with an asterisk is a prefix. Kafka's
 * own tool for it is not among the broker's jars.
 */
class Permissions {
  public static void main(String[] words) throws Exception {
    List<AclBinding> permissions = new ArrayList<>();
    for (int at = 1; at < words.length; at += 4) {
      boolean isPrefix = words[at + 2].endsWith("*") && words[at + 2].length() > 1;
      String name = isPrefix ? words[at + 2].substring(0, words[at + 2].length() - 1) : words[at + 2];
      ResourcePattern what = new ResourcePattern(
          ResourceType.fromString(words[at + 1]), name, isPrefix ? PatternType.PREFIXED : PatternType.LITERAL);
      permissions.add(new AclBinding(what, new AccessControlEntry(
          words[at], "*", AclOperation.fromString(words[at + 3]), AclPermissionType.ALLOW)));
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", words[0]))) {
      admin.createAcls(permissions).all().get();
    }
  }
}
