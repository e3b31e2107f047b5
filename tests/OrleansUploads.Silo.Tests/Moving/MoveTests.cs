using Azure.Storage.Blobs;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Storage;

namespace OrleansUploads.Silo.Tests.Moving;

/// <summary>A data folder moves into a cluster, or a cluster's bytes into another store: a copy while clients go on, another one afterwards, and
/// an import. All commands are killed on the way.</summary>
[Campaign]
public sealed class MoveTests(PostgresServer postgres, AzuriteServer azurite, ITestOutputHelper output) : TestWithFolder
{
    private static readonly int Archives = TestSetting.Read("ORLEANSUPLOADS_MOVE_ARCHIVES", 12);

    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly MovingService _service = new();
    private readonly Random _random = new(1);

    [Fact]
    [Promise("operations.md", "a folder that was imported into a cluster, or a store whose bytes have moved")]
    public async Task A_folder_moves_to_PostgreSQL_and_an_S3_store()
    {
        await using var store = await S3Calls.StartStoreAsync(Folder.File("store"));

        await MoveFolderAsync(Target.In(store, await NewSiloAsync(postgres)), FaultStopsImportAsync);
    }

    [Fact, Slice(6)]
    public async Task A_folder_moves_to_the_tables_and_blobs_of_Azure() =>
        await MoveFolderAsync(await BlobsAsync(await NewSiloAsync(azurite)));

    [Fact, Slice(0)]
    [Promise("operations.md", "a folder that was imported into a cluster, or a store whose bytes have moved")]
    public async Task The_bytes_of_a_cluster_on_PostgreSQL_move_to_an_S3_store()
    {
        await using var store = await S3Calls.StartStoreAsync(Folder.File("store"));
        var silo = await NewSiloAsync(postgres);

        await MoveBytesAsync(silo, Target.In(store, silo));
    }

    [Fact]
    [Promise("operations.md", "a folder that was imported into a cluster, or a store whose bytes have moved")]
    public async Task The_bytes_of_a_cluster_on_the_tables_of_Azure_move_to_its_blobs()
    {
        var silo = await NewSiloAsync(azurite);

        await MoveBytesAsync(silo, await BlobsAsync(silo));
    }

    [Fact]
    [Promise("operations.md", "a folder that was imported into a cluster, or a store whose bytes have moved")]
    public async Task A_folder_whose_bytes_are_in_an_S3_store_is_imported_only_with_that_store()
    {
        await using var store = await S3Calls.StartStoreAsync(Folder.File("store"));
        var target = Target.In(store, await NewSiloAsync(postgres));
        var setup = new ServerSetup(Folder.Data)
        {
            Options = ["--quiet", "--parts", target.Place, "--parts-endpoint", store.Address.ToString()],
            Environment = target.Environment,
        };
        IReadOnlyDictionary<string, string> before;
        await using (var server = await ServerProcess.StartAsync(setup))
        {
            await _service.FillAsync(server, 2, 2);
            before = await _service.ReadAsync(server);
            await server.StopAsync();
        }

        await RefuseImportAsync(target.Silo.WithParts(target.Place + "/other"), "is another place");
        await ImportAsync(target.Silo);
        Assert.Contains("has moved to the cluster", (await ServerProcess.RefuseAsync(setup)).Error, StringComparison.Ordinal);
        File.Delete(Path.Combine(Folder.Data, MovedMark.FileName));
        Assert.Contains("is used by the cluster", (await ServerProcess.RefuseAsync(setup)).Error, StringComparison.Ordinal);
        await CompareAsync(target.Silo, before);
    }

    private async Task<SiloStart> NewSiloAsync(IDatabaseServer server) => new((await server.CreateAsync()).NewSilo(Folder.File("shared")));

    private async Task<Target> BlobsAsync(SiloStart silo)
    {
        var blobs = await azurite.StartBlobsAsync();
        var container = $"moved-{Guid.NewGuid():N}";
        await new BlobContainerClient(blobs, container).CreateAsync();
        var place = $"az://{container}/cluster";
        return new Target(silo.WithParts(place).With(ObjectStores.AzureVariable, blobs), place, []);
    }

    private async Task MoveFolderAsync(Target target, Func<SiloStart, Task>? disturbAsync = null)
    {
        IReadOnlyDictionary<string, string> before;
        await using (var server = await ServerProcess.StartAsync(Folder.Data, "--quiet"))
        {
            await _service.FillAsync(server, Archives, Archives);
            await KillAsync(StartCopy(Folder.Data, target), TimeSpan.FromSeconds(1.5));
            await _service.AddAsync(server, 5, 5);
            await CopyAsync(Folder.Data, target);
            await _service.AddAsync(server, 5, 5);
            await RefuseImportAsync(target.Silo, "A server is using");
            before = await _service.ReadAsync(server);
            await server.StopAsync();
        }

        // The last parts are not copied yet. Nothing has been marked, so the folder could be used again.
        await RefuseImportAsync(target.Silo, "it is missing");
        Assert.Null(MovedMark.Find(Folder.Data));
        await CopyAsync(Folder.Data, target);
        await (disturbAsync?.Invoke(target.Silo) ?? Task.CompletedTask);
        await KillAsync(target.Silo.Run("import", Folder.Data), TimeSpan.FromMilliseconds(300), "Servers now refuse");
        Assert.Contains("has moved", (await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data))).Error, StringComparison.Ordinal);
        Assert.Contains("import FOLDER", await RunningSilo.ExpectRefusalAsync(target.Silo.Environment), StringComparison.Ordinal);

        await ImportAsync(target.Silo);
        await ImportAsync(target.Silo);
        Assert.Contains("has moved", (await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data))).Error, StringComparison.Ordinal);
        await CompareAsync(target.Silo, before);

        File.Delete(Path.Combine(Folder.Data, MovedMark.FileName));
        await RefuseImportAsync(target.Silo, "Use an empty database");
    }

    /// <summary>Starts an import while the database refuses new rows, and asserts that it stops with a sentence.</summary>
    private async Task FaultStopsImportAsync(SiloStart silo)
    {
        var database = silo.Environment[VariableOf(nameof(SiloSettings.ConnectionString))]!;
        await PostgresServer.ExecuteAsync(database, "ALTER TABLE uploads_record ADD CONSTRAINT NothingNew CHECK (false) NOT VALID");
        await using var import = silo.Run("import", Folder.Data);
        Assert.Equal(1, await import.WaitForExitAsync(Patience));
        Assert.Contains("orleans-uploads-silo: The import stopped: ", import.ToString(), StringComparison.Ordinal);
        Assert.Contains("nothingnew", import.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", import.ToString(), StringComparison.Ordinal);
        await PostgresServer.ExecuteAsync(database, "ALTER TABLE uploads_record DROP CONSTRAINT NothingNew");
    }

    private async Task MoveBytesAsync(SiloStart folder, Target target)
    {
        var source = folder.Environment[VariableOf(nameof(SiloSettings.PartsFolder))]!;
        await using var cluster = await RunningSilo.StartAsync(folder);
        await using var left = await RunningSilo.StartAsync(LeftGateway(folder));
        await _service.FillAsync(cluster, Archives, Archives);
        await KillAsync(StartCopy(source, target), TimeSpan.FromSeconds(1.5));
        await CopyAsync(source, target);
        await _service.AddAsync(cluster, 5, 5);
        var before = await _service.ReadAsync(cluster);
        Assert.True(await MovingService.CanReadAsync(left));

        // The silos should have stopped. One that runs loses the store, and stores nothing more in it. So does a gateway.
        await KillAsync(StartCopy(source, target, "--final"), TimeSpan.FromSeconds(3));
        await CopyAsync(source, target, "--final");
        Assert.False(await MovingService.TryWriteAsync(cluster));
        Assert.False(await MovingService.TryWriteAsync(left));
        await cluster.StopAsync();

        await CopyAsync(source, target, "--final");
        Assert.Contains("has moved to", await RunningSilo.ExpectRefusalAsync(folder.Environment), StringComparison.Ordinal);
        var gateway = folder.With(VariableOf(nameof(SiloSettings.Role)), "gateway");
        Assert.Contains("has moved to", await RunningSilo.RefuseAsync(gateway.Environment), StringComparison.Ordinal);

        await using (var check = folder.Run("check"))
        {
            Assert.Equal(2, await check.WaitForExitAsync(Patience));
            Assert.Contains("has moved to", check.ToString(), StringComparison.Ordinal);
        }

        Directory.Delete(source, recursive: true);
        await CompareAsync(target.Silo, before, left);
    }

    /// <summary>A gateway in another process, which is forgotten when the bytes move.</summary>
    private static SiloStart LeftGateway(SiloStart silo)
    {
        var ports = FreePort.Take(3);
        return silo.With(VariableOf(nameof(SiloSettings.Role)), "gateway")
            .With(VariableOf(nameof(SiloSettings.Listen)), $"127.0.0.1:{ports[0]}")
            .With(VariableOf(nameof(SiloSettings.SiloPort)), $"{ports[1]}")
            .With(VariableOf(nameof(SiloSettings.ClientPort)), $"{ports[2]}");
    }

    private static CapturedProcess StartCopy(string from, Target target, params string[] options) =>
        CommandLine.Start(["parts", "copy", from, target.Place, .. target.Options, .. options], target.Environment);

    private async Task CopyAsync(string from, Target target, params string[] options)
    {
        await using var copy = StartCopy(from, target, options);
        Assert.True(await copy.WaitForExitAsync(Patience) == 0, $"The copy failed. {copy}");
        output.WriteLine(copy.Output);
    }

    private async Task ImportAsync(SiloStart silo)
    {
        await using var import = silo.Run("import", Folder.Data);
        Assert.True(await import.WaitForExitAsync(Patience) == 0, $"The import failed. {import}");
        output.WriteLine(import.Output);
    }

    private async Task RefuseImportAsync(SiloStart silo, string message)
    {
        await using var import = silo.Run("import", Folder.Data);
        Assert.True(await import.WaitForExitAsync(Patience) == 1, $"The import was not refused. {import}");
        Assert.Contains(message, import.Error, StringComparison.Ordinal);
    }

    /// <summary>Kills a command some time after it has begun, or has printed a line.</summary>
    private async Task KillAsync(CapturedProcess command, TimeSpan latest, string? begun = null)
    {
        await using (command)
        {
            Assert.True(begun is null || await command.WaitForLineAsync(begun, Patience) is not null, $"It did not begin. {command}");
            await command.WaitForLineAsync("has ended", latest * _random.NextDouble());
            await command.KillAsync();
        }
    }

    /// <summary>Starts a silo, and compares its answers with those from before the move.</summary>
    /// <param name="left">A gateway that still uses the former store, which no silo answers.</param>
    private async Task CompareAsync(SiloStart silo, IReadOnlyDictionary<string, string> before, RunningSilo? left = null)
    {
        await using var cluster = await RunningSilo.StartAsync(silo);
        var after = await _service.ReadAsync(cluster);
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before, answer => Assert.Equal(answer.Value, after[answer.Key]));
        await _service.RetrieveSampleAsync(cluster);
        if (left is not null)
        {
            Assert.False(await MovingService.CanReadAsync(left));
            Assert.False(await MovingService.TryWriteAsync(left));
            using var http = new HttpClient();
            using var health = await http.GetAsync(new Uri(left.Address, "/healthz?verbose"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
            Assert.Contains("has moved to", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        var (archive, @object) = await _service.ContinueAsync(cluster);
        Assert.Equal(MovingService.Continued, archive);
        Assert.Equal(MovingService.ContinuedObject, @object);
        await cluster.StopAsync();
        output.WriteLine($"{before.Count} answers are equal.");
    }

    /// <summary>Where the bytes move.</summary>
    /// <param name="Silo">A silo with its bytes there.</param>
    /// <param name="Place">The address.</param>
    /// <param name="Options">The options of the copy.</param>
    private sealed record Target(SiloStart Silo, string Place, string[] Options)
    {
        /// <summary>The credentials of the store, for another program than the silo's.</summary>
        public IReadOnlyDictionary<string, string?> Environment { get; } = new Dictionary<string, string?>(CommandLine.WithOperatorKey)
        {
            ["AWS_ACCESS_KEY_ID"] = CommandLine.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = CommandLine.SecretAccessKey,
            [ObjectStores.AzureVariable] = Silo.Environment.GetValueOrDefault(ObjectStores.AzureVariable),
        };

        public static Target In(ServerProcess store, SiloStart silo) =>
            new(silo.WithPartsIn(store), $"s3://{S3Calls.Bucket}/cluster", ["--to-endpoint", store.Address.ToString()]);
    }
}
