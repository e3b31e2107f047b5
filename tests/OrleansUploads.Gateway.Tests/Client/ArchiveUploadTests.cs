using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Tests.Client;

public sealed class ArchiveUploadTests : IDisposable
{
    private const int MiB = 1024 * 1024;
    private const string Unsigned = "UNSIGNED-PAYLOAD";

    private readonly LeapingTime _time = new();
    private readonly FakeVault _vault;
    private readonly GlacierClient _client;
    private readonly byte[] _archive = Some.Bytes((5 * MiB) + 123, seed: 1);

    public ArchiveUploadTests()
    {
        _vault = new FakeVault(_time);
        _client = Connections.To(_vault, _time);
    }

    public void Dispose()
    {
        _client.Dispose();
        _vault.Dispose();
    }

    [Fact]
    public async Task A_file_is_uploaded_in_parts_and_becomes_the_archive()
    {
        using var file = new TemporaryFile(_archive);
        using var source = ByteSource.FromFile(file.Path);

        var receipt = await Upload().UploadAsync("v", source, "May");

        Assert.Equal(FakeVault.ArchiveId, receipt.ArchiveId);
        Assert.Equal(TreeHasher.Compute(_archive), receipt.TreeHash);
        Assert.Equal(_archive, _vault.Archive);
        Assert.Equal([0, MiB, 2 * MiB, 3 * MiB, 4 * MiB, 5 * MiB], _vault.Parts.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Parts_are_sent_without_their_linear_hash_only_to_a_server_that_says_that_it_accepts_this(bool accepts)
    {
        if (accepts)
        {
            _vault.After = (_, answer) => AcceptingUnsigned(answer);
        }

        await Upload().UploadAsync("v", Source());

        Assert.Equal(_archive, _vault.Archive);
        Assert.Equal(6, PayloadHashes().Count());
        Assert.All(PayloadHashes(), sent => Assert.Equal(accepts, sent == Unsigned));
    }

    [Fact]
    public async Task Progress_starts_with_the_upload_ID_and_ends_with_all_parts()
    {
        var reports = new List<UploadProgress>();
        await Upload(new() { OnProgress = reports.Add, PartSizeBytes = 2 * MiB }).UploadAsync("v", Source());

        Assert.Equal(new UploadProgress(FakeVault.UploadId, _archive.Length, 0, 0, 3, 0), reports[0]);
        Assert.Equal(
            new UploadProgress(FakeVault.UploadId, _archive.Length, _archive.Length, 0, 3, 3), reports[^1] with { LastPart = null });
        Assert.Equal([0, 1, 2, 3], reports.Select(report => report.PartsDone));
    }

    [Fact]
    public async Task A_resumed_upload_sends_only_what_is_missing_or_differs()
    {
        StoreParts(partSizeBytes: 2 * MiB, 0, 2 * MiB);
        _vault.Parts[2 * MiB][7] ^= 1;
        UploadProgress last = default;

        var receipt = await Upload(new() { OnProgress = report => last = report })
            .ResumeAsync("v", FakeVault.UploadId, Source());

        Assert.Equal(FakeVault.ArchiveId, receipt.ArchiveId);
        Assert.Equal(
            ["bytes 2097152-4194303/*", "bytes 4194304-5243002/*"],
            _vault.Sent("PUT", FakeVault.UploadId).Select(request => request.Header("content-range")!).Order());
        Assert.Equal((2 * MiB, _archive.Length - (2 * MiB)), (last.SkippedBytes, last.SentBytes));
    }

    [Fact]
    public async Task A_part_with_the_wrong_length_is_sent_again()
    {
        StoreParts(partSizeBytes: MiB, 0, MiB, 2 * MiB, 3 * MiB, 4 * MiB);
        _vault.Parts[MiB] = _vault.Parts[MiB][..100];

        await Upload().ResumeAsync("v", FakeVault.UploadId, Source());

        Assert.Equal(_archive, _vault.Archive);
        Assert.Equal(2, _vault.Sent("PUT", FakeVault.UploadId).Count());
    }

    [Fact]
    public async Task Resuming_a_completed_upload_returns_its_archive()
    {
        await Upload().UploadAsync("v", Source());
        var puts = _vault.Sent("PUT", FakeVault.UploadId).Count();

        var receipt = await Upload().ResumeAsync("v", FakeVault.UploadId, Source());

        Assert.Equal(FakeVault.ArchiveId, receipt.ArchiveId);
        Assert.Equal(puts, _vault.Sent("PUT", FakeVault.UploadId).Count());
    }

    [Fact]
    public async Task Resuming_a_completed_upload_of_a_stream_returns_its_archive()
    {
        await Upload().UploadStreamAsync("v", new MemoryStream(_archive), MiB);
        var puts = _vault.Sent("PUT", FakeVault.UploadId).Count();

        var receipt = await Upload().ResumeStreamAsync("v", FakeVault.UploadId, new MemoryStream(_archive));

        Assert.Equal(FakeVault.ArchiveId, receipt.ArchiveId);
        Assert.Equal(puts, _vault.Sent("PUT", FakeVault.UploadId).Count());
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
            Upload().ResumeAsync("v", FakeVault.UploadId, ByteSource.FromMemory(_archive.AsMemory(0, MiB + 5))));

        Assert.Equal(
            new PartDifference(PartDifferenceKind.Unexpected, new ByteRange(MiB, 2 * MiB)), failure.FirstDifference);
        Assert.Empty(_vault.Sent("PUT", FakeVault.UploadId));
    }

    [Fact]
    public async Task Completion_is_retried_until_it_is_answered()
    {
        var remainingLosses = 50;
        _vault.After = (request, answer) =>
            request is { Method: "POST" } && request.Header("x-amz-archive-size") is not null && remainingLosses-- > 0
                ? throw new HttpRequestException("The answer was lost.")
                : answer;

        var receipt = await Upload().UploadAsync("v", Source());

        Assert.Equal(FakeVault.ArchiveId, receipt.ArchiveId);
        Assert.Equal(51, _vault.Received.Count(request => request.Header("x-amz-archive-size") is not null));
    }

    [Theory]
    [InlineData(PartDifferenceKind.Content)]
    [InlineData(PartDifferenceKind.Length)]
    [InlineData(PartDifferenceKind.Missing)]
    public async Task A_refused_completion_names_the_first_differing_range(PartDifferenceKind kind)
    {
        // Parts 3 and 4 change on the server after they were sent.
        _vault.Before = request =>
        {
            if (request.Header("x-amz-archive-size") is not null)
            {
                ChangePart(3 * MiB, kind);
                ChangePart(4 * MiB, PartDifferenceKind.Content);
            }

            return null;
        };

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() => Upload().UploadAsync("v", Source()));

        Assert.Equal(new PartDifference(kind, new ByteRange(3 * MiB, 4 * MiB)), failure.FirstDifference);
        Assert.Equal(FakeVault.UploadId, failure.UploadId);
        Assert.Contains("3145728-4194303", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_completion_without_a_differing_part_shows_the_servers_message()
    {
        _vault.Before = request => request.Header("x-amz-archive-size") is null
            ? null
            : ScriptedServer.Answer(
                HttpStatusCode.BadRequest, ScriptedServer.Error("InvalidParameterValueException", "because"));

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() => Upload().UploadAsync("v", Source()));

        Assert.Null(failure.FirstDifference);
        Assert.Contains("because", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_completion_names_a_part_that_the_source_does_not_have()
    {
        _vault.Before = request =>
        {
            if (request.Header("x-amz-archive-size") is not null)
            {
                _vault.Parts[6 * MiB] = [1];
            }

            return null;
        };

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() => Upload().UploadAsync("v", Source()));

        Assert.Equal(
            new PartDifference(PartDifferenceKind.Unexpected, new ByteRange(6 * MiB, (6 * MiB) + 1)),
            failure.FirstDifference);
    }

    [Fact]
    public async Task A_permanent_refusal_stops_the_workers_and_returns_the_upload_ID()
    {
        _vault.Before = request => request.Header("content-range") == "bytes 2097152-3145727/*"
            ? ScriptedServer.Answer(HttpStatusCode.Forbidden, ScriptedServer.Error("AccessDeniedException"))
            : null;

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() =>
            Upload(new() { Workers = 1 }).UploadAsync("v", Source()));

        Assert.Equal(FakeVault.UploadId, failure.UploadId);
        Assert.Equal("AccessDeniedException", Assert.IsType<GlacierException>(failure.InnerException).Code);
        Assert.Contains("2 of 6 parts", failure.Message, StringComparison.Ordinal);
        Assert.Equal([0, MiB], _vault.Parts.Keys);
    }

    [Fact]
    public async Task Transient_failures_of_parts_are_retried()
    {
        var failures = new HashSet<string>();
        _vault.Before = request =>
        {
            lock (failures)
            {
                return request.Header("content-range") is { } range && failures.Add(range)
                    ? ScriptedServer.Answer(
                        HttpStatusCode.RequestTimeout, ScriptedServer.Error("RequestTimeoutException"))
                    : null;
            }
        };

        await Upload().UploadAsync("v", Source());

        Assert.Equal(6, failures.Count);
        Assert.Equal(_archive, _vault.Archive);
    }

    [Fact]
    public async Task No_more_parts_are_read_at_once_than_there_are_workers()
    {
        var source = new CountingSource(_archive);
        await Upload(new() { Workers = 3 }).UploadAsync("v", source);

        Assert.InRange(source.MostReadersAtOnce, 1, 3);
        Assert.True(source.LargestReadBytes <= 4 * MiB);
    }

    [Fact]
    public async Task An_empty_source_is_refused_before_anything_is_sent()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            Upload().UploadAsync("v", ByteSource.FromMemory(default)));
        Assert.Empty(_vault.Received);
    }

    private ArchiveUpload Upload(ArchiveUploadOptions? options = null) => new(_client, options);

    private ByteSource Source() => ByteSource.FromMemory(_archive);

    private IEnumerable<string> PayloadHashes() =>
        _vault.Sent("PUT", FakeVault.UploadId).Select(request => request.Header("x-amz-content-sha256")!);

    private static HttpResponseMessage AcceptingUnsigned(HttpResponseMessage answer)
    {
        answer.Headers.TryAddWithoutValidation("x-orleans-uploads-accepts", Unsigned);
        return answer;
    }

    private void StoreParts(int partSizeBytes, params int[] starts)
    {
        _vault.PartSizeBytes = partSizeBytes;
        foreach (var start in starts)
        {
            _vault.Parts[start] = _archive[start..Math.Min(start + partSizeBytes, _archive.Length)];
        }
    }

    private void ChangePart(int start, PartDifferenceKind kind)
    {
        switch (kind)
        {
            case PartDifferenceKind.Missing:
                _vault.Parts.Remove(start);
                break;
            case PartDifferenceKind.Length:
                _vault.Parts[start] = _vault.Parts[start][..^1];
                break;
            default:
                _vault.Parts[start] = [.. _vault.Parts[start].Reverse()];
                break;
        }
    }

    private sealed class CountingSource(byte[] bytes) : ByteSource
    {
        private int _readers;

        public int MostReadersAtOnce { get; private set; }

        public int LargestReadBytes { get; private set; }

        public override long LengthBytes => bytes.Length;

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
        {
            var readers = Interlocked.Increment(ref _readers);
            lock (bytes)
            {
                MostReadersAtOnce = Math.Max(MostReadersAtOnce, readers);
                LargestReadBytes = Math.Max(LargestReadBytes, buffer.Length);
            }

            await Task.Yield();
            var read = Math.Min(buffer.Length, bytes.Length - (int)offsetBytes);
            bytes.AsMemory((int)offsetBytes, read).CopyTo(buffer);
            Interlocked.Decrement(ref _readers);
            return read;
        }
    }
}
