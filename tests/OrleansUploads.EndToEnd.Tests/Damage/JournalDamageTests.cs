namespace OrleansUploads.EndToEnd.Tests.Damage;

/// <summary>With a damaged journal, a server refuses to start with instructions, reports the damage to clients and in the log, or
/// serves everything that was acknowledged. It never loses data silently.</summary>
[Campaign]
public sealed class JournalDamageTests(AcknowledgedFolders folders, ITestOutputHelper output) : TestWithFolder, IClassFixture<AcknowledgedFolders>
{
    private int _copies;

    [Fact]
    [Promise("operations.md", "the end of the journal is lost or damaged, or journal.mark is damaged")]
    public async Task A_truncated_write_ahead_log_is_noticed()
    {
        var (acknowledged, killed) = await folders.KilledAsync();
        var length = new FileInfo(killed.WriteAheadLog).Length;
        foreach (var bytes in (long[])[1, 25, 4096, 4120, 3 * 4120, length / 2, length - 32, length])
        {
            var copy = Copy(killed);
            DataFolder.Cut(copy.WriteAheadLog, bytes);
            Assert.True(
                await NoticesAsync(copy, acknowledged),
                $"The write-ahead log lost {bytes} of {length} bytes, and the server did not notice it.");
        }
    }

    [Fact]
    [Promise("operations.md", "a record of the journal is damaged")]
    public async Task A_flipped_bit_in_an_upload_ID_is_noticed_or_harmless_and_never_hides_the_upload()
    {
        var (acknowledged, stopped) = await folders.StoppedAsync();
        var offsets = DataFolder.Find(stopped.Journal, acknowledged.UploadId);
        Assert.InRange(offsets.Count, 2, 20);
        var noticed = 0;
        foreach (var offset in offsets)
        {
            var copy = Copy(stopped);
            DataFolder.Flip(copy.Journal, offset + 30);
            noticed += await NoticesAsync(copy, acknowledged) ? 1 : 0;
        }

        Assert.InRange(noticed, 1, offsets.Count);
    }

    [Fact]
    [Promise("operations.md", "journal.db is missing, but there are bytes")]
    public async Task A_missing_database_is_refused_if_there_are_parts()
    {
        var stopped = Copy((await folders.StoppedAsync()).Folder);
        foreach (var file in Directory.GetFiles(stopped.Path, "journal*"))
        {
            File.Delete(file);
        }

        (await ServerProcess.RefuseAsync(new ServerSetup(stopped.Path)))
            .ExpectOneLine("journal.db is missing", "Restore the journal");
        Assert.NotEmpty(Directory.GetFiles(stopped.File("parts"), "*.part", SearchOption.AllDirectories));
    }

    private DataFolder Copy(DataFolder folder) => folder.CopyTo(Folder.File($"copy-{++_copies}"));

    /// <summary>Starts a server on a damaged folder and reads everything that was acknowledged.</summary>
    /// <returns>Whether the damage was noticed, at the start or by a request for damaged data.</returns>
    private async Task<bool> NoticesAsync(DataFolder damaged, Acknowledged acknowledged)
    {
        var (server, refused) = await ServerProcess.TryStartAsync(
            new ServerSetup(damaged.Path) { Options = ["--quiet"] });
        if (server is null)
        {
            output.WriteLine(refused!.Error);
            refused.ExpectOneLine();
            return true;
        }

        await using (server)
        {
            var isServed = await acknowledged.IsServedAsync(server);

            // The log may arrive after the answer, because it comes through another pipe.
            await Eventually.BecomesTrueAsync(
                () => isServed || server.Log.Contains("damaged", StringComparison.Ordinal), "the log names the damage that clients got");
            output.WriteLine(isServed ? "served" : server.Log);
            return !isServed;
        }
    }
}

/// <summary>The data folders of a server that was killed and of one that was stopped. Tests damage copies of them.</summary>
public sealed class AcknowledgedFolders : IDisposable
{
    private readonly TemporaryFolder _killed = new();
    private readonly TemporaryFolder _stopped = new();
    private readonly Lazy<Task<(Acknowledged, DataFolder)>> _whenKilled;
    private readonly Lazy<Task<(Acknowledged, DataFolder)>> _whenStopped;

    public AcknowledgedFolders()
    {
        _whenKilled = new(() => CreateAsync(_killed, static server => server.KillAsync()));
        _whenStopped = new(() => CreateAsync(_stopped, static server => server.StopAsync()));
    }

    public void Dispose()
    {
        _killed.Dispose();
        _stopped.Dispose();
    }

    internal Task<(Acknowledged Acknowledged, DataFolder Folder)> KilledAsync() => _whenKilled.Value;

    internal Task<(Acknowledged Acknowledged, DataFolder Folder)> StoppedAsync() => _whenStopped.Value;

    private static async Task<(Acknowledged, DataFolder)> CreateAsync(TemporaryFolder folder, Func<ServerProcess, Task> end)
    {
        await using var server = await ServerProcess.StartAsync(folder.Data, "--quiet");
        var acknowledged = await Acknowledged.CreateAsync(server);
        await end(server);
        return (acknowledged, new DataFolder(folder.Data));
    }
}
