using System.CommandLine;
using OrleansUploads.Benchmarks.Harness;
using OrleansUploads.Cluster.Benchmarks;

var quick = new Option<bool>("--quick") { Description = "Fewer rounds and smaller sizes: shows that everything runs." };
var root = new RootCommand("Measures part reports through grains against a grain that does nothing, and against one process.")
{
    quick,
};
root.SetAction((parsed, cancellationToken) => Suite.RunAsync(
    [new GrainReportBenchmark()], Path.GetTempPath(), parsed.GetValue(quick), program: null, cancellationToken));
return await root.Parse(args).InvokeAsync();
