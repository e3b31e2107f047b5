using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>A link over which a range takes longer than the idle timeout, although bytes arrive all the time.</summary>
public sealed class SlowLinkTests
{
    private const int PieceBytes = 64 * 1024;

    private static readonly byte[] Archive = Some.Bytes(1024 * 1024, seed: 1);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(2);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_download_ends_as_long_as_bytes_arrive()
    {
        using var http = new HttpClient(new SlowServer(_time));
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

        Assert.Equal(Archive, received.ToArray());
        Assert.True(_time.GetUtcNow() - Some.Noon > IdleTimeout);
    }

    private sealed class SlowServer(ManualTime time) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new SlowStream(time)) });
    }

    /// <summary>Each piece takes half of the idle timeout.</summary>
    private sealed class SlowStream(ManualTime time) : MemoryStream(Archive)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(IdleTimeout / 2);
            cancellationToken.ThrowIfCancellationRequested();
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, PieceBytes)], cancellationToken);
        }
    }
}
