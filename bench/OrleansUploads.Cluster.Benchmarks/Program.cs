using System.CommandLine;
using OrleansUploads.Cluster.Benchmarks;

var quick = new Option<bool>("--quick") { Description = "Fewer rounds and smaller sizes: shows that everything runs." };
var postgres = new Option<string>("--postgres")
{
    Description = "The connection string of a database with Orleans' tables, to measure over it instead of the silo's memory.",
};
var root = new RootCommand("Measures part reports through grains against a grain that does nothing.")
{
    quick, postgres,
};
root.SetAction((parsed, cancellationToken) => Suite.RunAsync(
    [
        new GrainReportBenchmark(parsed.GetValue(postgres) is { } database
            ? GrainStorageUnderTest.Postgres(database)
            : GrainStorageUnderTest.Memory),
    ],
    Path.GetTempPath(),
    parsed.GetValue(quick),
    program: null,
    cancellationToken));
return await root.Parse(args).InvokeAsync();
