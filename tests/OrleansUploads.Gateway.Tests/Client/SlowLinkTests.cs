using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>A link over which a range takes longer than the idle timeout, although bytes arrive all the time.</summary>
public sealed class SlowLinkTests
{
    private static readonly byte[] Archive = Some.Bytes(1024 * 1024, seed: 1);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(2);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_download_ends_as_long_as_bytes_arrive()
    {
        Assert.Equal(Archive, await DownloadAsync(pieceBytes: 64 * 1024, IdleTimeout / 2));
        Assert.True(_time.GetUtcNow() - Some.Noon > IdleTimeout);
    }

    [Fact]
    public async Task A_download_of_single_bytes_is_given_up_after_the_idle_timeout()
    {
        var failure = await Assert.ThrowsAsync<ArchiveDownloadException>(() => DownloadAsync(pieceBytes: 1, TimeSpan.FromSeconds(2)));

        Assert.Contains("Only 59 bytes were transferred in 00:02:00.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(IdleTimeout, _time.GetUtcNow() - Some.Noon);
    }

    private async Task<byte[]> DownloadAsync(int pieceBytes, TimeSpan pause)
    {
        using var http = new HttpClient(new SlowServer(() => new SlowStream(_time, pieceBytes, pause)));
        using var client = new GlacierClient(http, ScriptedServer.Options(new Uri("http://vaults.test")) with
        {
            TimeProvider = _time,
            IdleTimeout = IdleTimeout,
            Retry = RetryPolicy.None,
        });
        var hash = TreeHasher.Compute(Archive);
        var job = new Job(
            "job", null, "ArchiveRetrieval", "archive", Archive.Length, hash, null, hash, null, JobStatus.Succeeded, null, Some.Noon, Some.Noon, "", null);
        using var received = new MemoryStream();
        await new ArchiveDownload(client).WriteToAsync("v", job, received);
        return received.ToArray();
    }

    private sealed class SlowServer(Func<Stream> open) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(open()) });
    }

    /// <summary>Each piece takes some time.</summary>
    private sealed class SlowStream(ManualTime time, int pieceBytes, TimeSpan pause) : MemoryStream(Archive)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(pause);
            cancellationToken.ThrowIfCancellationRequested();
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceBytes)], cancellationToken);
        }
    }
}
