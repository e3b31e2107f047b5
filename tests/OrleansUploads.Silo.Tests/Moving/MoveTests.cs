using Azure.Storage.Blobs;
using OrleansUploads.Silo.Tests.Serving;
using OrleansUploads.Storage;

namespace OrleansUploads.Silo.Tests.Moving;

/// <summary>A data folder moves into a cluster while its server runs. The mover is killed on the way.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class MoveTests(PostgresServer postgres, AzuriteServer azurite, ITestOutputHelper output) : IDisposable
{
    private const string Bucket = "parts";
    private const string Container = "moved";

    private static readonly int Archives = TestSetting.Read("ORLEANSUPLOADS_MOVE_ARCHIVES", 300);
    private static readonly int Kills = TestSetting.Read("ORLEANSUPLOADS_MOVE_KILLS", 3);
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly TemporaryFolder _folder = new();
    private readonly MovingService _service = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_moves_to_PostgreSQL_and_an_S3_store()
    {
        await using var store = await ServerProcess.StartAsync(Path.Combine(_folder.Path, "store"), "--quiet");
        using var s3 = new S3Calls(store);
        await s3.SendAsync(HttpMethod.Put, $"/{Bucket}", []);

        var silo = new SiloStart((await ((IDatabaseServer)postgres).CreateAsync()).NewSilo(_folder.Path));
        await MoveAsync(silo.WithPartsInS3(
            $"s3://{Bucket}/cluster", store.Address, CommandLine.AccessKeyId, CommandLine.SecretAccessKey));
    }

    [Fact]
    public async Task A_folder_moves_to_the_tables_and_blobs_of_Azure()
    {
        var database = await ((IDatabaseServer)azurite).CreateAsync();
        var blobs = await azurite.StartBlobsAsync();
        await new BlobContainerClient(blobs, Container).CreateAsync();

        await MoveAsync(new SiloStart(database.NewSilo(_folder.Path)).WithParts($"az://{Container}/cluster").With(ObjectStores.AzureVariable, blobs));
    }

    private async Task MoveAsync(SiloStart silo)
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data, "--quiet");
        await _service.FillAsync(server, Archives, Archives);

        var random = new Random(1);
        for (var kill = 0; kill < Kills; kill++)
        {
            var isLast = kill + 1 == Kills;
            await using (var mover = silo.Run("move", isLast ? "finish" : "copy", _folder.Data))
            {
                // The last one is killed when the server writes nothing more, the others while they copy or compare.
                var begun = await mover.WaitForLineAsync($"{_folder.Data} {(isLast ? "takes no" : "moves to")}", Patience);
                Assert.True(begun is not null, $"The move did not begin. {mover}");
                await mover.WaitForLineAsync("Compared", TimeSpan.FromMilliseconds(random.Next(5_000)));
                await mover.KillAsync();
            }

            if (kill == 0)
            {
                Assert.Contains("move finish", await RunningSilo.ExpectRefusalAsync(silo.Environment), StringComparison.Ordinal);
            }

            if (!isLast)
            {
                await _service.AddAsync(server, 5, 5);
            }
        }

        await RunAsync(silo, "finish");
        Assert.False(await MovingService.TryWriteAsync(server));
        var before = await _service.ReadAsync(server);
        await server.StopAsync();
        Assert.Contains("has moved", (await ServerProcess.RefuseAsync(new ServerSetup(_folder.Data))).Error, StringComparison.Ordinal);

        await using var cluster = await RunningSilo.StartAsync(silo);
        var after = await _service.ReadAsync(cluster);
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before, answer => Assert.Equal(answer.Value, after[answer.Key]));
        await _service.RetrieveSampleAsync(cluster);
        var (archive, @object) = await _service.ContinueAsync(cluster);
        Assert.Equal(MovingService.Continued, archive);
        Assert.Equal(MovingService.ContinuedObject, @object);
        output.WriteLine($"{before.Count} answers are equal.");
    }

    private async Task RunAsync(SiloStart silo, string step)
    {
        await using var mover = silo.Run("move", step, _folder.Data);
        Assert.True(await mover.WaitForExitAsync(Patience) == 0, $"The move failed. {mover}");
        output.WriteLine(mover.Output);
    }
}
