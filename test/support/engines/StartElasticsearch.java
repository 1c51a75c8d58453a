import java.util.List;
import java.util.Map;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.reindex.ReindexPlugin;
import org.elasticsearch.search.aggregations.matrix.MatrixAggregationPlugin;
import org.elasticsearch.transport.Netty4Plugin;

/** One Elasticsearch node out of its jars. Arguments are settings, key=value; the node ends when standard input does. */
public final class StartElasticsearch {
  private static final class CoreNode extends Node {
    CoreNode(Environment environment, List<Class<? extends Plugin>> plugins) {
      super(environment, plugins, false);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Settings.Builder settings = Settings.builder();
    for (String argument : arguments) {
      int at = argument.indexOf('=');
      settings.put(argument.substring(0, at), argument.substring(at + 1));
    }
    settings.put("http.type", "netty4").put("transport.type", "netty4");
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), null, () -> "tailrace-test");
    Node node =
        new CoreNode(environment, List.of(Netty4Plugin.class, ReindexPlugin.class, MatrixAggregationPlugin.class));
    node.start();
    while (System.in.read() >= 0) {}
    node.close();
    Runtime.getRuntime().halt(0);
  }
}
