using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>Transfers of 256 MiB whose client or server is killed. The server's log counts what was sent.</summary>
[Campaign]
[Trait(TestRun.Name, TestRun.Timing)]
public sealed partial class KilledTransferTests
{
    private const int FileBytes = 256 * Archives.MiB;
    private const int PartBytes = 4 * Archives.MiB;
    private const int RangeBytes = 8 * Archives.MiB;
    private const int Workers = 4;
    private const int Kills = 3;

    // Slow enough to be killed at a given moment.
    private const string Rate = "60MiB/s";

    private static readonly int[] KilledAtPercent = [15, 40, 65];
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_client_that_is_killed_three_times_sends_and_fetches_acknowledged_bytes_once()
    {
        await using var place = await Workplace.OpenWithLogAsync();
        var file = place.Create("film", FileBytes);
        var copy = place.File("copy");

        foreach (var percent in KilledAtPercent)
        {
            await RunAndKillAsync(place, percent, "upload", file, "--part-size", "4MiB");
        }

        var archive = (await FinishAsync(place, "upload", file, "--part-size", "4MiB", "-q")).Output.Trim();
        foreach (var percent in KilledAtPercent)
        {
            await RunAndKillAsync(place, percent, "download", archive, "-o", copy);
        }

        await FinishAsync(place, "download", archive, "-o", copy, "-q");

        Assert.True(await HaveSameBytesAsync(file, copy), "The downloaded bytes differ.");

        // Only a part or range that was in flight at a kill, and so not acknowledged, is sent or fetched again.
        const long PartsInFlight = Kills * Workers * PartBytes;
        const long RangesInFlight = Kills * Workers * RangeBytes;

        // A resumed download compares the end of its partial file with the archive.
        const long Compared = Kills * Archives.MiB;
        var sent = Requests(place.Server, "UploadMultipartPart").Sum(part => part.BytesIn);
        var fetched = Requests(place.Server, "GetJobOutput").Sum(output => output.BytesOut);
        Assert.InRange(sent, FileBytes, FileBytes + PartsInFlight);
        Assert.InRange(fetched, FileBytes, FileBytes + RangesInFlight + Compared);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"sent {sent - FileBytes} and fetched {fetched - FileBytes} bytes more than the file has");
    }

    [Fact]
    [Promise("operations.md", "the process is killed")]
    public async Task A_transfer_outlasts_a_server_that_is_killed_three_times()
    {
        await using var place = await Workplace.OpenWithLogAsync();
        var file = place.Create("film", FileBytes);
        var parts = 0;

        await using var upload = Start(place, "upload", file, "--part-size", "4MiB");
        foreach (var percent in KilledAtPercent)
        {
            await ReachAsync(upload, percent);
            var killed = place.Server;
            await place.CrashServerAsync();
            parts += Requests(killed, "UploadMultipartPart").Count(part => part.Status == 204);
        }

        Assert.True(await upload.WaitForExitAsync(TimeLimit) == 0, upload.ToString());
        parts += Requests(place.Server, "UploadMultipartPart").Count(part => part.Status == 204);
        var archive = upload.Output.Trim().Split(' ')[^1];
        await using var download = Start(place, "download", archive, "-o", place.File("copy"));
        foreach (var percent in KilledAtPercent)
        {
            await ReachAsync(download, percent);
            await place.CrashServerAsync();
        }

        Assert.True(await download.WaitForExitAsync(TimeLimit) == 0, download.ToString());
        Assert.True(await HaveSameBytesAsync(file, place.File("copy")), "The downloaded bytes differ.");

        // A part whose response was lost with the server is not acknowledged, and is sent again. A line of the log may be lost with the
        // server, too.
        Assert.InRange(parts, (FileBytes / PartBytes) - (Kills * Workers), (FileBytes / PartBytes) + (Kills * Workers));
    }

    private static CapturedProcess Start(Workplace place, params string[] arguments) =>
        place.Start([.. arguments, "--vault", Workplace.Vault, "--limit", Rate]);

    private static async Task RunAndKillAsync(Workplace place, int percent, params string[] arguments)
    {
        await using var process = Start(place, arguments);
        await ReachAsync(process, percent);
        await process.KillAsync();
    }

    private static async Task<CommandResult> FinishAsync(Workplace place, params string[] arguments)
    {
        await using var process = Start(place, arguments);
        return new CommandResult(await process.WaitForExitAsync(TimeLimit), process.Output, process.Error).Expect();
    }

    private static Task ReachAsync(CapturedProcess process, int percent) => Eventually.BecomesTrueAsync(
        () => Progress().Matches(process.Error) is { Count: > 0 } lines && int.Parse(lines[^1].Groups[1].ValueSpan, CultureInfo.InvariantCulture) >= percent,
        $"the transfer reaches {percent} %",
        TimeLimit);

    private static IEnumerable<ServedRequest> Requests(ServerProcess server, string operation) =>
        ServedRequest.In(server.Log).Where(request => request.Operation == operation);

    private static async Task<bool> HaveSameBytesAsync(string first, string second)
    {
        await using var one = File.OpenRead(first);
        await using var other = File.OpenRead(second);
        var expected = await SHA256.HashDataAsync(one);
        var actual = await SHA256.HashDataAsync(other);
        return expected.AsSpan().SequenceEqual(actual);
    }

    [GeneratedRegex(": ([0-9]+) % of")]
    private static partial Regex Progress();
}
