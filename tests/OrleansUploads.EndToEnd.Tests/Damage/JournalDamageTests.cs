using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.Damage;

/// <summary>Whatever happened to the journal's files, a server either refuses to start and says what to do, or what it
/// serves is what was acknowledged. It never just forgets.</summary>
public sealed class JournalDamageTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _copies;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_write_ahead_log_that_lost_its_end_is_refused_or_complete()
    {
        var (acknowledged, killed) = await KillAfterAsync();
        var length = new FileInfo(killed.WriteAheadLog).Length;
        foreach (var bytes in (long[])[1, 25, 4096, 4120, 3 * 4120, length / 2, length - 32, length])
        {
            var copy = Copy(killed);
            DataFolder.Cut(copy.WriteAheadLog, bytes);
            Assert.True(
                await RefusesAsync(copy, acknowledged), $"The log lost {bytes} of {length} bytes, and that went unnoticed.");
        }
    }

    [Fact]
    public async Task A_write_ahead_log_with_a_flipped_bit_is_refused_or_complete()
    {
        var (acknowledged, killed) = await KillAfterAsync();
        var length = new FileInfo(killed.WriteAheadLog).Length;
        foreach (var offset in (long[])[-1, -100, -4096, -4110, -5 * 4120, length / 2, 40, 3])
        {
            var copy = Copy(killed);
            DataFolder.Flip(copy.WriteAheadLog, offset);
            await RefusesAsync(copy, acknowledged);
        }
    }

    [Fact]
    public async Task A_write_ahead_log_that_is_gone_is_refused()
    {
        var (acknowledged, killed) = await KillAfterAsync();
        File.Delete(killed.WriteAheadLog);

        Assert.True(await RefusesAsync(killed, acknowledged));
    }

    [Fact]
    public async Task A_database_with_a_flipped_bit_is_refused_or_tells_the_truth()
    {
        var (acknowledged, stopped) = await StopAfterAsync();
        var length = new FileInfo(stopped.Journal).Length;
        var random = new Random(20260201);
        long[] offsets = [0, 20, 60, .. Enumerable.Range(0, 9).Select(_ => random.NextInt64(length))];
        foreach (var offset in offsets)
        {
            var copy = Copy(stopped);
            DataFolder.Flip(copy.Journal, offset);
            await RefusesAsync(copy, acknowledged);
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_the_name_of_an_upload_is_refused_or_harmless_and_never_hides_the_upload()
    {
        var (acknowledged, stopped) = await StopAfterAsync();
        var offsets = DataFolder.Find(stopped.Journal, acknowledged.UploadId);
        Assert.InRange(offsets.Count, 2, 20);
        foreach (var offset in offsets)
        {
            var copy = Copy(stopped);
            DataFolder.Flip(copy.Journal, offset + 30);
            await RefusesAsync(copy, acknowledged);
        }
    }

    [Fact]
    public async Task A_missing_database_is_refused_while_there_are_parts()
    {
        var (_, stopped) = await StopAfterAsync();
        foreach (var file in Directory.GetFiles(stopped.Path, "journal*"))
        {
            File.Delete(file);
        }

        (await ServerProcess.RefuseAsync(new ServerSetup(stopped.Path)))
            .ExpectOneLine("journal.db is missing", "Restore the journal");
        Assert.NotEmpty(Directory.GetFiles(stopped.File("parts"), "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_refused()
    {
        var (_, stopped) = await StopAfterAsync();
        await File.WriteAllTextAsync(stopped.Journal, new string('x', 8192));

        (await ServerProcess.RefuseAsync(new ServerSetup(stopped.Path))).ExpectOneLine("restore");
    }

    private async Task<(Acknowledged Acknowledged, DataFolder Killed)> KillAfterAsync()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var acknowledged = await Acknowledged.CreateAsync(server);
        await server.KillAsync();
        return (acknowledged, new DataFolder(_folder.Data));
    }

    private async Task<(Acknowledged Acknowledged, DataFolder Stopped)> StopAfterAsync()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var acknowledged = await Acknowledged.CreateAsync(server);
        await server.StopAsync();
        return (acknowledged, new DataFolder(_folder.Data));
    }

    private DataFolder Copy(DataFolder folder) => folder.CopyTo(_folder.File($"copy-{++_copies}"));

    /// <summary>Starts a server on a damaged folder.</summary>
    /// <returns>Whether the damage was noticed: at the start, or where it was asked for what is damaged.</returns>
    private async Task<bool> RefusesAsync(DataFolder damaged, Acknowledged acknowledged)
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
            Assert.True(isServed || await TellsOperatorAsync(server), "The operator was not told.");
            output.WriteLine(isServed ? "served" : server.Log);
            return !isServed;
        }
    }

    /// <summary>The log goes through a pipe of its own, so it may come a moment after the answer.</summary>
    private static async Task<bool> TellsOperatorAsync(ServerProcess server)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (server.Log.Contains("damaged", StringComparison.Ordinal))
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        return false;
    }
}
