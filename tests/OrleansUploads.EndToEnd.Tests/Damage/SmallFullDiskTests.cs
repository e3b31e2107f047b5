using System.Diagnostics;

namespace OrleansUploads.EndToEnd.Tests.Damage;

/// <summary>A disk of 400 MB that is filled by uploads to the floor and then by another program to the last byte: what is stored can be
/// listed, read and deleted, a killed server starts, and everything works again when the other program has left.</summary>
public sealed class SmallFullDiskTests : IAsyncDisposable
{
    private const string Vault = "records";
    private const int DiskMebibytes = 400;
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private readonly HashedBody _body = HashedBody.Of(Archives.Bytes(10 * Archives.MiB, seed: 7));

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact, Campaign]
    [Promise("operations.md", "the disk is full, or has less free space than --min-free")]
    public Task A_full_disk_serves_what_is_stored_and_recovers_each_time() =>
        RunAsync(TestSetting.Read("ORLEANSUPLOADS_FULL_DISK_ROUNDS", 2));

    private async Task RunAsync(int rounds)
    {
        await using var disk = await SmallDisk.MountExt4Async(_folder.Data, _folder.File("disk"), DiskMebibytes);
        var setup = new ServerSetup(_folder.File("data/uploads")) { Options = ["--quiet"] };
        var server = await ServerProcess.StartAsync(setup);
        try
        {
            await server.Connect().CreateVaultAsync(Vault);

            // A job keeps the bytes of its archive, so what is retrieved is never what is deleted to make room.
            var kept = (await server.Connect().UploadArchiveAsync(Vault, _body)).ArchiveId;
            for (var round = 1; round <= rounds; round++)
            {
                await FillWithArchivesAsync(server.Connect());
                Assert.Contains("\"space\":\"Degraded\"", await ReadHealthAsync(server), StringComparison.Ordinal);
                disk.FillUp(leaveBytes: 0);

                server = await RestartAsync(server, setup);
                var archives = await ListAsync(server);
                Assert.Contains(kept, archives);
                Assert.True(archives.Count >= 4, $"Round {round}: {archives.Count} archives are listed.");
                var deleted = archives.Where(archive => archive != kept).Take(2).ToList();

                // What was released for the list is taken, too.
                disk.FillUp(leaveBytes: 0);
                Assert.Equal(_body.TreeHash, HashedBody.Of(await server.Connect().RetrieveAsync(Vault, kept)).TreeHash);
                await server.Connect().DeleteArchiveAsync(Vault, deleted[0]);
                disk.FillUp(leaveBytes: 0);
                server = await RestartAsync(server, setup);
                await server.Connect().DeleteArchiveAsync(Vault, deleted[1]);

                disk.MakeRoom();
                var freed = Stopwatch.GetTimestamp();
                await Eventually.BecomesTrueAsync(() => TryUploadAsync(server.Connect()), $"round {round}: uploads work again", Recovery);
                TestContext.Current.TestOutputHelper?.WriteLine(
                    $"round {round}: {archives.Count} archives, uploads again after {Stopwatch.GetElapsedTime(freed).TotalSeconds:F2} s");
            }

            await server.StopAsync();
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private async Task FillWithArchivesAsync(GlacierClient client)
    {
        for (var uploaded = 0; await TryUploadAsync(client); uploaded++)
        {
            Assert.True(uploaded < DiskMebibytes / 10, "The disk does not fill up.");
        }
    }

    private async Task<bool> TryUploadAsync(GlacierClient client)
    {
        try
        {
            await client.UploadArchiveAsync(Vault, _body);
            return true;
        }
        catch (GlacierException refused) when (refused.Code == GlacierErrorCodes.ServiceUnavailable)
        {
            return false;
        }
    }

    private static async Task<ServerProcess> RestartAsync(ServerProcess server, ServerSetup setup)
    {
        await server.KillAsync();
        await server.DisposeAsync();
        return await ServerProcess.StartAsync(setup);
    }

    private static async Task<string> ReadHealthAsync(ServerProcess server)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(server.Address, "/healthz"));
    }

    /// <summary>Lists the archives with the command, as the recipe for a full disk does.</summary>
    private static async Task<IReadOnlyList<string>> ListAsync(ServerProcess server)
    {
        var environment = new Dictionary<string, string?>(CommandLine.WithoutOperatorKey)
        {
            ["AWS_ENDPOINT_URL"] = server.Address.ToString(),
            ["AWS_ACCESS_KEY_ID"] = CommandLine.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = CommandLine.SecretAccessKey,
        };
        return (await CommandLine.RunAsync(["archive", "list", "--vault", Vault, "--quiet"], environment)).Expect().Lines;
    }
}
