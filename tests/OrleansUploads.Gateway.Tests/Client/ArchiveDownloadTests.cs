using System.Net;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Gateway.Tests.Client;

public sealed class ArchiveDownloadTests : FakeVaultTests
{
    public ArchiveDownloadTests() => Vault.Output = Archive;

    [Fact]
    public async Task An_archive_is_downloaded_in_ranges_after_its_job_has_finished()
    {
        Vault.PollsUntilDone = 3;

        await Download().DownloadAsync("v", "a", TheFile.Path);

        Assert.Equal(Archive, await File.ReadAllBytesAsync(TheFile.Path));
        Assert.False(File.Exists(TheFile.PartialPath));
        Assert.Equal(["bytes=0-2097151", "bytes=2097152-4194303", "bytes=4194304-5243002"], Ranges());
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromSeconds(10), 3), Vault.Time.Leaps);
    }

    [Theory]
    [InlineData((4 * MiB) + 99, 4 * MiB, "bytes=3145728-4194303", "bytes=4194304-5243002")]
    [InlineData((5 * MiB) + 123, (5 * MiB) + 123)]
    public async Task A_resumed_download_continues_after_the_complete_ranges_of_the_partial_file(
        int partialBytes, int completeBytes, params string[] ranges)
    {
        await File.WriteAllBytesAsync(TheFile.PartialPath, Archive[..partialBytes]);
        var reports = new List<DownloadProgress>();

        await Download(new() { OnProgress = reports.Add }).ResumeAsync("v", FakeVault.JobId, TheFile.Path);

        Assert.Equal(Archive, await File.ReadAllBytesAsync(TheFile.Path));
        Assert.Equal(ranges, Ranges());
        Assert.Contains(completeBytes, reports.Select(report => report.VerifiedBytes));
        Assert.Equal(Archive.Length, reports[^1].VerifiedBytes);
    }

    [Theory]
    [InlineData(2 * MiB)]
    [InlineData((5 * MiB) + 123)]
    [InlineData(9 * MiB)]
    public async Task A_partial_file_of_another_archive_is_replaced(int partialBytes)
    {
        await File.WriteAllBytesAsync(TheFile.PartialPath, new byte[partialBytes]);
        var reports = new List<DownloadProgress>();

        await Download(new() { OnProgress = reports.Add }).ResumeAsync("v", FakeVault.JobId, TheFile.Path);

        Assert.Equal(Archive, await File.ReadAllBytesAsync(TheFile.Path));
        Assert.Equal([0, 0, 2 * MiB, 4 * MiB, Archive.Length], reports.Select(report => report.VerifiedBytes));
    }

    [Fact]
    public async Task A_partial_file_with_other_content_is_deleted_and_fails_the_download()
    {
        await File.WriteAllBytesAsync(TheFile.PartialPath, [.. new byte[2 * MiB], .. Archive[(2 * MiB)..(4 * MiB)]]);

        var failure = await Assert.ThrowsAsync<ArchiveDownloadException>(() =>
            Download().ResumeAsync("v", FakeVault.JobId, TheFile.Path));

        Assert.False(failure.CanResume);
        Assert.False(File.Exists(TheFile.Path));
        Assert.False(File.Exists(TheFile.PartialPath));
    }

    [Fact]
    public async Task A_new_download_replaces_an_old_partial_file()
    {
        await File.WriteAllBytesAsync(TheFile.PartialPath, new byte[9 * MiB]);
        await Download().DownloadAsync("v", "a", TheFile.Path);
        Assert.Equal(Archive, await File.ReadAllBytesAsync(TheFile.Path));
    }

    [Fact]
    public async Task A_new_download_does_not_take_the_partial_file_from_one_in_progress()
    {
        await using (new FileStream(TheFile.PartialPath, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            await Assert.ThrowsAsync<IOException>(() => Download().DownloadAsync("v", "a", TheFile.Path));
        }

        Assert.True(File.Exists(TheFile.PartialPath));
        Assert.False(File.Exists(TheFile.Path));
        Assert.Empty(Vault.Received);
    }

    [Theory]
    [InlineData("link", "is a link")]
    [InlineData("link to nothing", "is a link")]
    [InlineData("second name", "has a second name")]
    [InlineData("another user's", "belongs to another user")]
    public async Task Nothing_is_written_to_what_somebody_has_put_in_the_place_of_the_partial_file(string planted, string reason)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells owners and second names.");
        Assert.SkipUnless(planted != "another user's" || Environment.IsPrivilegedProcess, "Only root can give files away.");
        var victim = TheFile.Path + ".victim";
        if (planted != "link to nothing")
        {
            await File.WriteAllBytesAsync(victim, Archive[..(2 * MiB)]);
        }

        (string Program, string[] Words) plant = planted switch
        {
            "second name" => ("ln", [victim, TheFile.PartialPath]),
            "another user's" => ("install", ["-o", "65534", victim, TheFile.PartialPath]),
            _ => ("ln", ["-s", victim, TheFile.PartialPath]),
        };
        using (var process = System.Diagnostics.Process.Start(plant.Program, plant.Words))
        {
            await process.WaitForExitAsync();
        }

        var began = await Assert.ThrowsAsync<IOException>(() => Download().DownloadAsync("v", "a", TheFile.Path));
        var resumed = await Assert.ThrowsAsync<IOException>(() => Download().ResumeAsync("v", FakeVault.JobId, TheFile.Path));

        Assert.All([began, resumed], refusal => Assert.Contains(reason, refusal.Message, StringComparison.Ordinal));
        Assert.Equal(planted != "link to nothing", File.Exists(victim));
        Assert.True(!File.Exists(victim) || new FileInfo(victim).Length == 2 * MiB, "The file behind the link has changed.");
        Assert.False(File.Exists(TheFile.Path));
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("short")]
    [InlineData("broken")]
    public async Task A_range_that_arrives_damaged_is_downloaded_again(string damage)
    {
        var first = true;
        Vault.After = (request, answer) =>
        {
            if (request.Header("range") == "bytes=2097152-4194303" && first)
            {
                first = false;
                var range = answer.Content.Headers.ContentRange;
                answer.Content = Damaged(Archive[(2 * MiB)..(4 * MiB)], damage);
                answer.Content.Headers.ContentRange = range;
            }

            return answer;
        };

        await Download().DownloadAsync("v", "a", TheFile.Path);

        Assert.Equal(Archive, await File.ReadAllBytesAsync(TheFile.Path));
        Assert.Equal(4, Ranges().Count());
    }

    [Fact]
    public async Task An_answer_that_breaks_is_continued_after_the_bytes_that_have_arrived()
    {
        Vault.After = BreakAfter(MiB);

        await Download().DownloadAsync("v", "a", TheFile.Path);

        Assert.Equal(Archive, await File.ReadAllBytesAsync(TheFile.Path));
        Assert.Equal(
            ["bytes=0-2097151", "bytes=1048576-2097151", "bytes=2097152-4194303", "bytes=3145728-4194303", "bytes=4194304-5243002", "bytes=5242880-5243002"],
            Ranges().Order(StringComparer.Ordinal));
        Assert.All(Vault.Time.Leaps, delay => Assert.Equal(TimeSpan.Zero, delay));
    }

    [Fact]
    public async Task Answers_that_break_after_a_few_bytes_are_failures_although_the_bytes_are_kept()
    {
        Vault.After = BreakAfter(1000);

        var failure = await Assert.ThrowsAsync<ArchiveDownloadException>(() => Download().DownloadAsync("v", "a", TheFile.Path));

        Assert.Equal(GlacierErrorCodes.ConnectionFailure, Assert.IsType<GlacierException>(failure.InnerException).Code);
        Assert.Contains("bytes=7000-2097151", Ranges());
    }

    [Fact]
    public async Task Wrong_bytes_in_answers_that_break_end_the_download()
    {
        var breaks = BreakAfter(MiB);
        Vault.Output = [.. Archive];
        Vault.After = (request, answer) =>
        {
            Vault.Output[0] ^= 1;
            return breaks(request, answer);
        };

        var failure = await Assert.ThrowsAsync<ArchiveDownloadException>(() => Download().DownloadAsync("v", "a", TheFile.Path));

        Assert.Equal(GlacierErrorCodes.HashDiffers, Assert.IsType<GlacierException>(failure.InnerException).Code);
    }

    [Fact]
    public async Task Bytes_that_are_damaged_on_the_server_are_named_after_one_repetition()
    {
        Vault.After = BreakAfter(MiB);
        Vault.Before = request => request.Header("range") == "bytes=3145728-4194303"
            ? ScriptedServer.Answer(HttpStatusCode.InternalServerError, ScriptedServer.Error("ServiceUnavailableException", "The stored bytes are damaged."))
            : null;

        var failure = await Assert.ThrowsAsync<ArchiveDownloadException>(() => Download().DownloadAsync("v", "a", TheFile.Path));

        Assert.Equal(
            $"The download stopped: Archive {FakeVault.ArchiveId} cannot be read from byte 3145728 on: The stored bytes are damaged.", failure.Message);
        Assert.True(failure.CanResume);
        Assert.Equal(2, Ranges().Count(range => range == "bytes=3145728-4194303"));
        Assert.Equal(Archive[..(2 * MiB)], await File.ReadAllBytesAsync(TheFile.PartialPath));
    }

    [Fact]
    public async Task An_answer_that_ignores_the_range_is_an_error()
    {
        Vault.After = (request, answer) =>
        {
            if (request.Header("range") is not null)
            {
                answer.StatusCode = HttpStatusCode.OK;
                answer.Content = new ByteArrayContent(Archive);
            }

            return answer;
        };

        var failure = await Assert.ThrowsAsync<ArchiveDownloadException>(() =>
            Download().DownloadAsync("v", "a", TheFile.Path));
        Assert.Equal(
            GlacierErrorCodes.UnreadableAnswer, Assert.IsType<GlacierException>(failure.InnerException).Code);
    }

    [Fact]
    public async Task A_failed_download_keeps_its_ranges_and_can_be_resumed()
    {
        Vault.Before = request => request.Header("range") == "bytes=2097152-4194303"
            ? ScriptedServer.Answer(HttpStatusCode.Forbidden, ScriptedServer.Error("AccessDeniedException"))
            : null;

        var failure = await Assert.ThrowsAsync<ArchiveDownloadException>(() =>
            Download().DownloadAsync("v", "a", TheFile.Path));

        Assert.True(failure.CanResume);
        Assert.Equal(FakeVault.JobId, failure.JobId);
        Assert.Equal(Archive[..(2 * MiB)], await File.ReadAllBytesAsync(TheFile.PartialPath));
        Vault.Before = _ => null;
        await Download().ResumeAsync("v", failure.JobId, TheFile.Path);
        Assert.Equal(Archive, await File.ReadAllBytesAsync(TheFile.Path));
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("short")]
    [InlineData("broken")]
    public async Task A_stream_gets_only_verified_ranges_in_order(string damage)
    {
        var isFirst = true;
        var reports = new List<DownloadProgress>();
        Vault.After = (request, answer) =>
        {
            if (request.Header("range") == "bytes=2097152-4194303" && isFirst)
            {
                isFirst = false;
                var range = answer.Content.Headers.ContentRange;
                answer.Content = Damaged(Archive[(2 * MiB)..(4 * MiB)], damage);
                answer.Content.Headers.ContentRange = range;
            }

            return answer;
        };
        using var pipe = new MemoryStream();

        await Download(new() { OnProgress = reports.Add }).WriteToAsync("v", await DescribeAsync(), pipe);

        Assert.Equal(Archive, pipe.ToArray());
        Assert.Equal([0, 2 * MiB, 4 * MiB, Archive.Length], reports.Select(report => report.VerifiedBytes));
        Assert.Single(Vault.Sent("GET", "/jobs/job-1"), request => !request.Target.EndsWith("/output", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_with_other_bytes_than_the_job_announced_fails()
    {
        var job = await DescribeAsync();
        Vault.Output = [.. Archive[..^1], (byte)~Archive[^1]];
        using var pipe = new MemoryStream();

        var failure = await Assert.ThrowsAsync<ArchiveDownloadException>(() => Download().WriteToAsync("v", job, pipe));

        Assert.Contains("They have been written.", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.CanResume);
    }

    [Fact]
    public async Task A_job_that_is_described_as_finished_is_not_described_again()
    {
        var job = await DescribeAsync();

        await Download().ResumeAsync("v", job, TheFile.Path);

        Assert.Equal(Archive, await File.ReadAllBytesAsync(TheFile.Path));
        Assert.All(Vault.Received.Skip(1), request => Assert.EndsWith("/output", request.Target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_job_is_reported_with_its_status_message()
    {
        Vault.JobStatusAtEnd = "Failed";

        var failure = await Assert.ThrowsAsync<ArchiveDownloadException>(() =>
            Download().DownloadAsync("v", "a", TheFile.Path));

        Assert.False(failure.CanResume);
        Assert.Contains("the job's status message", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_if_overwriting_is_enabled()
    {
        await File.WriteAllTextAsync(TheFile.Path, "precious");

        await Assert.ThrowsAsync<IOException>(() => Download().DownloadAsync("v", "a", TheFile.Path));
        Assert.Equal("precious", await File.ReadAllTextAsync(TheFile.Path));
        Assert.Empty(Vault.Received);

        await Download(new() { Overwrite = true }).DownloadAsync("v", "a", TheFile.Path);
        Assert.Equal(Archive, await File.ReadAllBytesAsync(TheFile.Path));
    }

    [Theory]
    [InlineData(MiB - 1)]
    [InlineData(MiB + 1)]
    [InlineData(3 * MiB)]
    public void The_range_size_must_be_a_power_of_two_of_MiB(int rangeBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new ArchiveDownload(Client, new ArchiveDownloadOptions { RangeBytes = rangeBytes }));

    private ArchiveDownload Download(ArchiveDownloadOptions? options = null) =>
        new(Client, (options ?? new ArchiveDownloadOptions()) with { RangeBytes = 2 * MiB });

    private Task<Job> DescribeAsync() => Client.DescribeJobAsync("v", FakeVault.JobId);

    private IEnumerable<string?> Ranges() => Vault.Sent("GET", "/output").Select(request => request.Header("range"));

    /// <summary>Lets each answer with bytes break.</summary>
    private Func<ReceivedRequest, HttpResponseMessage, HttpResponseMessage> BreakAfter(int count) => (_, answer) =>
    {
        if (answer.Content.Headers.ContentRange is { From: { } first, To: { } last } range && last - first >= count)
        {
            answer.Content = new StreamContent(new BreakingStream(Vault.Output[(int)first..((int)first + count)]));
            answer.Content.Headers.ContentRange = range;
        }

        return answer;
    };

    private static HttpContent Damaged(byte[] bytes, string damage)
    {
        switch (damage)
        {
            case "flipped":
                bytes[1_500_000] ^= 1;
                return new ByteArrayContent(bytes);
            case "short":
                return new ByteArrayContent(bytes[..^1]);
            default:
                return new StreamContent(new BreakingStream(bytes[..MiB]));
        }
    }

    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is var read and > 0
                ? read
                : throw new IOException("The connection was reset.");
    }
}
