using System.Collections.Concurrent;
using System.Net;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Tests.Client;

public sealed class ArchiveUploadTests : FakeVaultTests
{
    private const string Unsigned = "UNSIGNED-PAYLOAD";

    [Fact]
    public async Task A_file_is_uploaded_in_parts_and_becomes_the_archive()
    {
        using var file = new TemporaryFile(Archive);
        using var source = ByteSource.FromFile(file.Path);

        var receipt = await Upload().UploadAsync("v", source, "May");

        Assert.Equal(FakeVault.ArchiveId, receipt.ArchiveId);
        Assert.Equal(TreeHasher.Compute(Archive), receipt.TreeHash);
        Assert.Equal(Archive, Vault.Archive);
        Assert.Equal([0, MiB, 2 * MiB, 3 * MiB, 4 * MiB, 5 * MiB], Vault.Parts.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Parts_are_sent_without_their_linear_hash_only_to_a_server_that_says_that_it_accepts_this(bool accepts)
    {
        if (accepts)
        {
            Vault.After = (_, answer) => AcceptingUnsigned(answer);
        }

        await Upload().UploadAsync("v", Source());

        Assert.Equal(Archive, Vault.Archive);
        Assert.Equal(6, PayloadHashes().Count());
        Assert.All(PayloadHashes(), sent => Assert.Equal(accepts, sent == Unsigned));
    }

    [Fact]
    public async Task Progress_starts_with_the_upload_ID_and_ends_with_all_parts()
    {
        var reports = new List<UploadProgress>();
        await Upload(new() { OnProgress = reports.Add, PartSizeBytes = 2 * MiB }).UploadAsync("v", Source());

        Assert.Equal(new UploadProgress(FakeVault.UploadId, Archive.Length, 0, 0, 3, 0), reports[0]);
        Assert.Equal(
            new UploadProgress(FakeVault.UploadId, Archive.Length, Archive.Length, 0, 3, 3), reports[^1] with { LastPart = null });
        Assert.Equal([0, 1, 2, 3], reports.Select(report => report.PartsDone));
    }

    [Fact]
    public async Task The_size_of_a_source_is_announced()
    {
        await Upload().UploadAsync("v", Source());

        Assert.Equal($"{Archive.Length}", AnnouncedSize());
    }

    [Fact]
    public async Task A_stream_announces_no_size()
    {
        await Upload().UploadStreamAsync("v", new MemoryStream(Archive), MiB);

        Assert.Null(AnnouncedSize());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_part_is_reported_from_its_first_byte_to_its_last_while_it_is_sent(bool ofStream)
    {
        var reports = new ConcurrentQueue<(ByteRange Range, long SentBytes)>();
        var upload = Upload(new() { OnSending = (range, sentBytes) => reports.Enqueue((range, sentBytes)), PartSizeBytes = 2 * MiB });
        await (ofStream ? upload.UploadStreamAsync("v", new MemoryStream(Archive), 2 * MiB) : upload.UploadAsync("v", Source()));

        Assert.Equal(
            [new ByteRange(0, 2 * MiB), new ByteRange(2 * MiB, 4 * MiB), new ByteRange(4 * MiB, Archive.Length)],
            reports.Select(static report => report.Range).Distinct().OrderBy(static range => range.Start));
        Assert.All(reports.GroupBy(static report => report.Range), static part =>
        {
            var sent = part.Select(static report => report.SentBytes).ToList();
            Assert.Equal((0, part.Key.LengthBytes), (sent[0], sent[^1]));
            Assert.True(sent.Count > 8 && sent.SequenceEqual(sent.Order()), string.Join(' ', sent));
        });
    }

    [Theory]
    [InlineData(PartDifferenceKind.Content)]
    [InlineData(PartDifferenceKind.Length)]
    public async Task A_resumed_upload_sends_only_what_is_missing_or_differs(PartDifferenceKind kind)
    {
        StoreParts(partSizeBytes: 2 * MiB, 0, 2 * MiB);
        ChangePart(2 * MiB, kind);
        UploadProgress last = default;

        var receipt = await Upload(new() { OnProgress = report => last = report })
            .ResumeAsync("v", FakeVault.UploadId, Source());

        Assert.Equal(FakeVault.ArchiveId, receipt.ArchiveId);
        Assert.Equal(Archive, Vault.Archive);
        Assert.Equal(["bytes 2097152-4194303/*", "bytes 4194304-5243002/*"], SentRanges());
        Assert.Equal((2 * MiB, Archive.Length - (2 * MiB)), (last.SkippedBytes, last.SentBytes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Resuming_a_completed_upload_returns_its_archive(bool ofStream)
    {
        await Upload().UploadAsync("v", Source());
        var sent = SentRanges().Count();

        var receipt = ofStream
            ? await Upload().ResumeStreamAsync("v", FakeVault.UploadId, new MemoryStream(Archive))
            : await Upload().ResumeAsync("v", FakeVault.UploadId, Source());

        Assert.Equal(FakeVault.ArchiveId, receipt.ArchiveId);
        Assert.Equal(sent, SentRanges().Count());
    }

    [Fact]
    public async Task Resuming_an_unknown_upload_fails()
    {
        var failure = await Assert.ThrowsAsync<GlacierException>(() => Upload().ResumeAsync("v", "unknown", Source()));
        Assert.Equal(GlacierErrorCodes.ResourceNotFound, failure.Code);
    }

    [Fact]
    public async Task Resuming_with_a_source_shorter_than_the_stored_parts_fails()
    {
        StoreParts(partSizeBytes: MiB, 0, MiB, 2 * MiB);

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() =>
            Upload().ResumeAsync("v", FakeVault.UploadId, ByteSource.FromMemory(Archive.AsMemory(0, MiB + 5))));

        Assert.Equal(
            new PartDifference(PartDifferenceKind.Unexpected, new ByteRange(MiB, 2 * MiB)), failure.FirstDifference);
        Assert.Empty(Vault.Sent("PUT", FakeVault.UploadId));
    }

    [Theory]
    [InlineData(0)]
    [InlineData((10_000L * MiB) + 1)]
    public async Task Resuming_with_a_source_that_the_upload_cannot_take_says_how_much_it_takes(long lengthBytes)
    {
        StoreParts(partSizeBytes: MiB);
        var path = Path.GetTempFileName();
        try
        {
            await using (var file = File.OpenWrite(path))
            {
                file.SetLength(lengthBytes);
            }

            using var source = ByteSource.FromFile(path);
            var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() =>
                Upload().ResumeAsync("v", FakeVault.UploadId, source));
            Assert.StartsWith($"The source has {lengthBytes} bytes, but this upload takes 1 to 10485760000: ", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Completion_is_retried_until_it_is_answered()
    {
        var remainingLosses = 50;
        Vault.After = (request, answer) =>
            request is { Method: "POST" } && request.Header("x-amz-archive-size") is not null && remainingLosses-- > 0
                ? throw new HttpRequestException("The answer was lost.")
                : answer;

        var receipt = await Upload().UploadAsync("v", Source());

        Assert.Equal(FakeVault.ArchiveId, receipt.ArchiveId);
        Assert.Equal(51, Vault.Received.Count(request => request.Header("x-amz-archive-size") is not null));
    }

    [Theory]
    [InlineData(PartDifferenceKind.Content, 3 * MiB, 4 * MiB, "3145728-4194303")]
    [InlineData(PartDifferenceKind.Length, 3 * MiB, 4 * MiB, "3145728-4194303")]
    [InlineData(PartDifferenceKind.Missing, 3 * MiB, 4 * MiB, "3145728-4194303")]
    [InlineData(PartDifferenceKind.Unexpected, 6 * MiB, (6 * MiB) + 1, "6291456-6291456")]
    public async Task A_refused_completion_names_the_first_differing_range(PartDifferenceKind kind, int start, int end, string range)
    {
        // The parts change on the server after they were sent.
        Vault.Before = request =>
        {
            if (request.Header("x-amz-archive-size") is not null)
            {
                ChangePart(start, kind);
                ChangePart(start == 3 * MiB ? 4 * MiB : start, kind);
            }

            return null;
        };

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() => Upload().UploadAsync("v", Source()));

        Assert.Equal(new PartDifference(kind, new ByteRange(start, end)), failure.FirstDifference);
        Assert.Equal(FakeVault.UploadId, failure.UploadId);
        Assert.Contains(range, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_completion_without_a_differing_part_shows_the_servers_message()
    {
        Vault.Before = request => request.Header("x-amz-archive-size") is null
            ? null
            : ScriptedServer.Answer(
                HttpStatusCode.BadRequest, ScriptedServer.Error("InvalidParameterValueException", "because"));

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() => Upload().UploadAsync("v", Source()));

        Assert.Null(failure.FirstDifference);
        Assert.Contains("because", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_permanent_refusal_stops_the_workers_and_returns_the_upload_ID()
    {
        Vault.Before = request => request.Header("content-range") == "bytes 2097152-3145727/*"
            ? ScriptedServer.Answer(HttpStatusCode.Forbidden, ScriptedServer.Error("AccessDeniedException"))
            : null;

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() =>
            Upload(new() { Workers = 1 }).UploadAsync("v", Source()));

        Assert.Equal(FakeVault.UploadId, failure.UploadId);
        Assert.Equal("AccessDeniedException", Assert.IsType<GlacierException>(failure.InnerException).Code);
        Assert.Contains("2 of 6 parts", failure.Message, StringComparison.Ordinal);
        Assert.Equal([0, MiB], Vault.Parts.Keys);
    }

    [Fact]
    public async Task No_more_parts_are_read_at_once_than_there_are_workers()
    {
        var source = new CountingSource(Archive);
        await Upload(new() { Workers = 3 }).UploadAsync("v", source);

        Assert.InRange(source.MostReadersAtOnce, 1, 3);
        Assert.True(source.LargestReadBytes <= 4 * MiB);
    }

    [Fact]
    public async Task An_empty_source_is_refused_before_anything_is_sent()
    {
        var refused = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            Upload().UploadAsync("v", ByteSource.FromMemory(default)));
        Assert.StartsWith("The source is empty.", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Vault.Received);
    }

    [Fact]
    public async Task An_upload_takes_as_long_as_the_rate_demands()
    {
        using var client = Vault.Connect(options => options with { RateLimit = new RateLimit(MiB, Vault.Time) });

        // The clock adds up the waits of all workers, so there is one.
        var alone = new ArchiveUploadOptions { Workers = 1 };
        await new ArchiveUpload(client, alone).UploadAsync("v", ByteSource.FromMemory(new byte[10 * MiB]));

        // The last chunk may be sent as soon as the ones before it would have been transferred.
        Assert.InRange(Vault.Time.Waited.TotalSeconds, 9.5, 10);
    }

    [Fact]
    public void A_rate_below_one_KiB_a_second_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RateLimit(RateLimit.MinBytesPerSecond - 1));

    private string? AnnouncedSize() => Vault.Received.Single(static request => request.Header("x-amz-part-size") is not null)
        .Header("x-orleans-uploads-total-length");

    private IEnumerable<string> PayloadHashes() =>
        Vault.Sent("PUT", FakeVault.UploadId).Select(request => request.Header("x-amz-content-sha256")!);

    private static HttpResponseMessage AcceptingUnsigned(HttpResponseMessage answer)
    {
        answer.Headers.TryAddWithoutValidation("x-orleans-uploads-accepts", Unsigned);
        return answer;
    }

    private void ChangePart(int start, PartDifferenceKind kind)
    {
        switch (kind)
        {
            case PartDifferenceKind.Missing:
                Vault.Parts.Remove(start);
                break;
            case PartDifferenceKind.Length:
                Vault.Parts[start] = Vault.Parts[start][..^1];
                break;
            case PartDifferenceKind.Unexpected:
                Vault.Parts[start] = [1];
                break;
            default:
                Vault.Parts[start] = [.. Vault.Parts[start].Reverse()];
                break;
        }
    }
}
