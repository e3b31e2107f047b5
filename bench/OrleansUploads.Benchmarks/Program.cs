using System.CommandLine;
using OrleansUploads.Benchmarks.Archives;
using OrleansUploads.Benchmarks.Clusters;
using OrleansUploads.Benchmarks.Entities;
using OrleansUploads.Benchmarks.Hashing;
using OrleansUploads.Benchmarks.Nodes;
using OrleansUploads.Benchmarks.Objects;
using OrleansUploads.Benchmarks.Stores;
using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Benchmarks.Uploads;

IBenchmark[] all =
[
    new TreeHashBenchmark(),
    new BodyHashesBenchmark(),
    new CompleteBenchmark(),
    new PartReportBenchmark(),
    new IngestBenchmark(),
    new RetrievalBenchmark(),
    new SmallFilesBenchmark(),
    new UploadFileBenchmark(),
    new MillionArchivesBenchmark(),
    new OpenUploadsBenchmark(),
    new DashboardBenchmark(),
    new CompleteObjectBenchmark(),
    new ObjectPartsBenchmark(),
    new MillionObjectsBenchmark(),
    new StoreIngestBenchmark(),
    new StoreRetrievalBenchmark(),
    new StoreCompleteBenchmark(),
];

var names = new Argument<string[]>("name")
{
    Description = "The benchmarks to run; all if none is named.",
    Arity = ArgumentArity.ZeroOrMore,
};
names.AcceptOnlyFromAmong([.. all.Select(benchmark => benchmark.Name)]);
var quick = new Option<bool>("--quick") { Description = "Use fewer rounds and smaller sizes, to check that everything runs." };
var folder = new Option<DirectoryInfo>("--folder")
{
    Description = "The folder for temporary data, on the disk to measure.",
    DefaultValueFactory = _ => new DirectoryInfo(Path.GetTempPath()),
};
var program = new Option<FileInfo>("--program")
{
    Description = "The program whose transfers are measured, such as one that deploy/publish.sh made; by default the one that was built "
        + "with the benchmarks.",
};
var store = new Option<string>("--store")
{
    Description = "The address of a running S3 server for the benchmarks of object stores, with its key pair in AWS_ACCESS_KEY_ID and "
        + "AWS_SECRET_ACCESS_KEY; by default they start one of this project.",
};
var root = new RootCommand("Measures OrleansUploads against baselines, side by side in one run.")
{
    names, quick, folder, program, store, SinkCommand.Create(), NodeCommand.Create(),
    ClusterCommand.Create(quick, folder), DirectCommand.Create(quick, folder),
};
root.SetAction((parsed, cancellationToken) =>
{
    var chosen = parsed.GetValue(names) is { Length: > 0 } named ? all.Where(one => named.Contains(one.Name)) : all;
    return Suite.RunAsync(
        [.. chosen],
        Directory.CreateDirectory(parsed.GetRequiredValue(folder).FullName).FullName,
        parsed.GetValue(quick),
        parsed.GetValue(program)?.FullName,
        cancellationToken,
        parsed.GetValue(store) is { } address ? new Uri(address) : null);
});
return await root.Parse(args).InvokeAsync();
