package bauta.peers;

import java.util.HashMap;
import java.util.Map;

/** A place in messages. Found level by level, so that no path is put together for each event; elements of an array are one place. */
final class Field {
  /** As policies have it: `$.debtor.name`. */
  final String path;

  final String name;
  final Field parent;
  /** What was decided last; null before that. */
  Action action;

  private final Map<String, Field> below = new HashMap<>();

  private Field(String path, String name, Field parent) {
    this.path = path;
    this.name = name;
    this.parent = parent;
  }

  static Field root() {
    return new Field("$", "", null);
  }

  Field child(String name) {
    Field child = below.get(name);
    if (child == null) {
      child = new Field(path + "." + name, name, this);
      below.put(name, child);
    }
    return child;
  }
}
