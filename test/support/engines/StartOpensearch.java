import java.util.List;
import java.util.Map;
import org.codelibs.opensearch.runner.node.OpenSearchRunnerNode;
import org.opensearch.analysis.common.CommonAnalysisModulePlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.index.mapper.MapperExtrasModulePlugin;
import org.opensearch.index.reindex.ReindexModulePlugin;
import org.opensearch.ingest.common.IngestCommonModulePlugin;
import org.opensearch.join.ParentJoinModulePlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessModulePlugin;
import org.opensearch.percolator.PercolatorModulePlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.script.expression.ExpressionModulePlugin;
import org.opensearch.script.mustache.MustacheModulePlugin;
import org.opensearch.search.aggregations.matrix.MatrixAggregationModulePlugin;
import org.opensearch.transport.Netty4ModulePlugin;

/** One OpenSearch node out of its jars. Arguments are settings, key=value; the node ends when standard input does. */
public final class StartOpensearch {
  private static final List<Class<? extends Plugin>> MODULES = List.of(
      Netty4ModulePlugin.class, CommonAnalysisModulePlugin.class, MapperExtrasModulePlugin.class,
      ReindexModulePlugin.class, IngestCommonModulePlugin.class, ParentJoinModulePlugin.class,
      PainlessModulePlugin.class, PercolatorModulePlugin.class, ExpressionModulePlugin.class,
      MustacheModulePlugin.class, MatrixAggregationModulePlugin.class);

  public static void main(String[] arguments) throws Exception {
    Settings.Builder settings = Settings.builder();
    for (String argument : arguments) {
      int at = argument.indexOf('=');
      settings.put(argument.substring(0, at), argument.substring(at + 1));
    }
    settings.put("http.type", "netty4").put("transport.type", "netty4");
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), null, () -> "tailrace-test");
    Node node = new OpenSearchRunnerNode(environment, MODULES);
    node.start();
    while (System.in.read() >= 0) {}
    node.close();
    Runtime.getRuntime().halt(0);
  }
}
