using Azure.Storage.Blobs;
using OrleansUploads.Silo.Settings;
using OrleansUploads.Silo.Tests.Serving;
using OrleansUploads.Storage;

namespace OrleansUploads.Silo.Tests.Moving;

/// <summary>A data folder moves into a cluster, or a cluster's bytes into another store, while clients go on. The mover is killed on the
/// way.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class MoveTests(PostgresServer postgres, AzuriteServer azurite, ITestOutputHelper output) : IDisposable
{
    private const string Bucket = "parts";

    private static readonly int Archives = TestSetting.Read("ORLEANSUPLOADS_MOVE_ARCHIVES", 60);
    private static readonly int Kills = TestSetting.Read("ORLEANSUPLOADS_MOVE_KILLS", 3);

    /// <summary>The milliseconds after which the mover is killed at the latest: more for a larger folder, so that the kills are spread
    /// over the copy.</summary>
    private static readonly int LongestCopy = 20 * Archives;

    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly TemporaryFolder _folder = new();
    private readonly MovingService _service = new();
    private readonly Random _random = new(1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_moves_to_PostgreSQL_and_an_S3_store()
    {
        await using var store = await StartStoreAsync();

        await MoveAsync(WithPartsIn(store, await NewSiloAsync(postgres)));
    }

    [Fact]
    public async Task A_folder_moves_to_the_tables_and_blobs_of_Azure() =>
        await MoveAsync(await WithBlobsAsync(await NewSiloAsync(azurite)));

    [Fact]
    public async Task The_bytes_of_a_cluster_on_PostgreSQL_move_to_an_S3_store()
    {
        await using var store = await StartStoreAsync();
        var silo = await NewSiloAsync(postgres);

        await MoveBytesAsync(silo, WithPartsIn(store, silo));
    }

    [Fact]
    public async Task The_bytes_of_a_cluster_on_the_tables_of_Azure_move_to_its_blobs()
    {
        var silo = await NewSiloAsync(azurite);

        await MoveBytesAsync(silo, await WithBlobsAsync(silo));
    }

    [Fact]
    public async Task A_fault_of_the_database_stops_a_move_with_a_sentence()
    {
        var silo = await NewSiloAsync(postgres);
        await using var store = await StartStoreAsync();
        await using (var server = await ServerProcess.StartAsync(_folder.Data, "--quiet"))
        {
            await _service.FillAsync(server, 1, 1);
            await server.StopAsync();
        }

        await PostgresServer.ExecuteAsync(
            silo.Environment[KnownSettings.ConnectionString.Variable]!,
            "ALTER TABLE OrleansStorage ADD CONSTRAINT NothingNew CHECK (false) NOT VALID");
        await using var mover = WithPartsIn(store, silo).Run("move", "copy", _folder.Data);

        Assert.Equal(1, await mover.WaitForExitAsync(Patience));
        Assert.Contains("orleans-uploads-silo: The move stopped: ", mover.ToString(), StringComparison.Ordinal);
        Assert.Contains("nothingnew", mover.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", mover.ToString(), StringComparison.Ordinal);
    }

    private async Task<SiloStart> NewSiloAsync(IDatabaseServer server) => new((await server.CreateAsync()).NewSilo(_folder.Data));

    private async Task<ServerProcess> StartStoreAsync()
    {
        var store = await ServerProcess.StartAsync(Path.Combine(_folder.Path, "store"), "--quiet");
        using var s3 = new S3Calls(store);
        await s3.SendAsync(HttpMethod.Put, $"/{Bucket}", []);
        return store;
    }

    private static SiloStart WithPartsIn(ServerProcess store, SiloStart silo) => silo.WithPartsInS3(
        $"s3://{Bucket}/cluster", store.Address, CommandLine.AccessKeyId, CommandLine.SecretAccessKey);

    private async Task<SiloStart> WithBlobsAsync(SiloStart silo)
    {
        var blobs = await azurite.StartBlobsAsync();
        var container = $"moved-{Guid.NewGuid():N}";
        await new BlobContainerClient(blobs, container).CreateAsync();
        return silo.WithParts($"az://{container}/cluster").With(ObjectStores.AzureVariable, blobs);
    }

    private async Task MoveAsync(SiloStart silo)
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data, "--quiet");
        await _service.FillAsync(server, Archives, Archives);

        for (var kill = 0; kill < Kills; kill++)
        {
            var isLast = kill + 1 == Kills;

            // The last one is killed when the server writes nothing more, the others while they copy or compare.
            await (isLast ? KillAsync(silo, "finish", $"{_folder.Data} takes no") : KillAsync(silo, "copy", $"{_folder.Data} moves to"));
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

        await CompareAsync(silo, before);
    }

    private async Task MoveBytesAsync(SiloStart folder, SiloStart store)
    {
        IReadOnlyDictionary<string, string> before;
        await using (var cluster = await RunningSilo.StartAsync(folder))
        {
            await _service.FillAsync(cluster, Archives, Archives);
            for (var kill = 0; kill < Kills; kill++)
            {
                await KillAsync(store, "copy", "The bytes of");
                await _service.AddAsync(cluster, 5, 5);
            }

            await RunAsync(store, "copy");
            await _service.AddAsync(cluster, 5, 5);
            await using (var early = store.Run("move", "finish", _folder.Data))
            {
                Assert.NotEqual(0, await early.WaitForExitAsync(Patience));
                Assert.Contains("was running", early.ToString(), StringComparison.Ordinal);
            }

            before = await _service.ReadAsync(cluster);
            await cluster.StopAsync();
        }

        await KillAsync(store, "finish", "No silo", longest: 1);
        Assert.Contains("move finish", await RunningSilo.ExpectRefusalAsync(folder.Environment), StringComparison.Ordinal);
        await RunAsync(store, "finish");
        await RunAsync(store, "finish");
        foreach (var role in (string[])["silo", "gateway"])
        {
            var refusal = await RunningSilo.ExpectRefusalAsync(folder.With(KnownSettings.Role.Variable, role).Environment);
            Assert.Contains("have moved to", refusal, StringComparison.Ordinal);
        }

        Directory.Delete(_folder.Data, recursive: true);

        await CompareAsync(store, before);
    }

    /// <summary>Kills a mover some time after it has begun.</summary>
    private async Task KillAsync(SiloStart silo, string step, string begun, int? longest = null)
    {
        await using var mover = silo.Run("move", step, _folder.Data);
        Assert.True(await mover.WaitForLineAsync(begun, Patience) is not null, $"The move did not begin. {mover}");
        await mover.WaitForLineAsync("Compared", TimeSpan.FromMilliseconds(_random.Next(longest ?? LongestCopy)));
        await mover.KillAsync();
    }

    /// <summary>Starts a silo, and compares its answers with those from before the move.</summary>
    private async Task CompareAsync(SiloStart silo, IReadOnlyDictionary<string, string> before)
    {
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
