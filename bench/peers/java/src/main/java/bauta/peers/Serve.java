package bauta.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The protocol of bench/harness/peer.ts: long-lived, warm when it is measured. CPU time is the whole process's, compilers and collector too. */
final class Serve {
  /** The compilers have done their work long before; they share the one core. */
  private static final long WARM_UP_MS = 12_000;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static long written;

  interface Work {
    byte[] on(byte[] message) throws Exception;
  }

  private Serve() {}

  static void over(String[] args, String peer, String version, int leaves, String less, Work work) throws Exception {
    List<byte[]> messages = new ArrayList<>();
    for (String text : JSON.readValue(Path.of(args[0]).toFile(), String[].class)) messages.add(text.getBytes(StandardCharsets.UTF_8));
    List<String> outputs = new ArrayList<>();
    for (byte[] message : messages) outputs.add(new String(work.on(message), StandardCharsets.UTF_8));
    JSON.writeValue(Path.of(args[1]).toFile(), outputs);
    timed(WARM_UP_MS, messages, work);
    ObjectNode facts = JSON.createObjectNode();
    facts.put("peer", peer).put("version", version).put("leaves", leaves).put("less", less);
    System.out.println(JSON.writeValueAsString(facts));
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(timed(Long.parseLong(line.trim()), messages, work));
    }
    if (written == 0) System.out.println();
  }

  private static String timed(long milliseconds, List<byte[]> messages, Work work) throws Exception {
    long cpu = SYSTEM.getProcessCpuTime();
    long from = System.nanoTime();
    long done = 0;
    while (System.nanoTime() - from < milliseconds * 1_000_000) {
      for (byte[] message : messages) written += work.on(message).length;
      done += messages.size();
    }
    long wall = System.nanoTime() - from;
    return String.format("{\"messages\":%d,\"wall\":%d,\"cpu\":%d}", done, wall, SYSTEM.getProcessCpuTime() - cpu);
  }
}
