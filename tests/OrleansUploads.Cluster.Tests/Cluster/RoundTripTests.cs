using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>The storage calls of an upload, in a vault that is in use. docs/architecture.md explains them.</summary>
public sealed class RoundTripTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Each_step_of_an_upload_makes_the_documented_storage_calls()
    {
        CountedGrainStorage? storage = null;
        var world = new DurableWorld(rows => storage = new CountedGrainStorage(rows));
        await using var cluster = await ClusterBench.StartAsync(
            world, options: ClusterBench.Fast with { WakeInterval = TimeSpan.FromMinutes(1) });
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        await UploadAsync(cluster.Client, new UploadOfManyParts(parts: 1, number: 1), storage!);

        var steps = await UploadAsync(cluster.Client, new UploadOfManyParts(parts: 1, number: 2), storage!);

        foreach (var (step, calls) in steps)
        {
            output.WriteLine($"{step}: {string.Join(", ", calls)}");
        }

        // A confirmation shares the next write, or is written after the answer.
        AssertMakes(
            steps["initiate"],
            ("write ou-upload", 1, 1),
            ("write ou-key-leaf", 1, 1));
        AssertMakes(steps["check"]);
        AssertMakes(steps["part"], ("write ou-upload", 1, 1));
        AssertMakes(
            steps["complete"],
            ("write ou-upload", 1, 2),
            ("read ou-shard", 1, 1),
            ("write ou-shard", 1, 1),
            ("write ou-vault", 1, 1),
            ("write ou-key-leaf", 1, 1));
    }

    private static void AssertMakes(IReadOnlyList<string> calls, params (string Call, int Least, int Most)[] expected)
    {
        Assert.All(expected, item => Assert.InRange(calls.Count(call => call == item.Call), item.Least, item.Most));
        Assert.Empty(calls.Except(expected.Select(static item => item.Call)));
    }

    private static async Task<Dictionary<string, IReadOnlyList<string>>> UploadAsync(
        IEntityHost host, UploadOfManyParts upload, CountedGrainStorage storage)
    {
        var steps = new Dictionary<string, IReadOnlyList<string>>();
        storage.Take();
        await upload.OpenAsync(host);
        steps["initiate"] = storage.Take();
        await host.AskWithRetriesAsync(
            upload.Entity, new CheckPart(Some.Incarnation, new PartRange(0, Some.MiB - 1)));
        steps["check"] = storage.Take();
        await host.AskWithRetriesAsync(upload.Entity, upload.Report(0, "part"));
        steps["part"] = storage.Take();
        var listed = await upload.ListAsync(host);
        steps["list"] = storage.Take();
        await host.AskWithRetriesAsync(upload.Entity, upload.Complete(listed));
        steps["complete"] = storage.Take();
        return steps;
    }
}
