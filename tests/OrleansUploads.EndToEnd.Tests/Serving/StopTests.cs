using System.Net.Sockets;
using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.EndToEnd.Tests.Serving;

public sealed class StopTests : TestWithFolder
{
    [Theory]
    [InlineData(0)]
    [InlineData(4, Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task A_stopping_server_finishes_running_uploads_and_accepts_no_connections(int secondsLeft)
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        using var client = server.Connect();
        using var source = new PausingSource(Archives.Bytes(Archives.MiB, seed: 1));
        var (upload, body, part) = await StartPartAsync(client, source);
        server.Terminate();
        await Eventually.BecomesTrueAsync(() => IsClosedAsync(server), "the server accepts no new connections");
        await Task.WhenAny(part, Task.Delay(TimeSpan.FromSeconds(secondsLeft)));
        Assert.False(part.IsCompleted);
        source.Continue();
        await part;
        await server.WaitForCleanExitAsync();

        await using var next = await ServerProcess.StartAsync(Folder.Data);
        var kept = Assert.Single(await next.Connect().ListPartsAsync("photos", upload).ToListAsync());
        Assert.Equal(body.TreeHash, kept.TreeHash);
    }

    [Fact]
    public async Task A_second_signal_ends_a_stopping_server_at_once()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        using var client = server.Connect();
        using var source = new PausingSource(Archives.Bytes(Archives.MiB, seed: 1));
        var (_, _, part) = await StartPartAsync(client, source);

        server.Terminate();
        await Eventually.BecomesTrueAsync(
            () => Task.FromResult(server.Output.Contains(
                "Stopping. Requests in progress have 25 s; Ctrl-C again ends at once.", StringComparison.Ordinal)),
            "the server says that it stops");
        // An earlier signal would count as a copy.
        await Task.Delay(SignalCount.CopyTime);
        server.Terminate();

        Assert.Equal(128 + 15, await server.WaitForExitAsync());
        source.Continue();
        await Assert.ThrowsAsync<GlacierException>(() => part);
    }

    [Fact, Campaign]
    public async Task A_signal_that_is_sent_twice_at_once_stops_the_server_gracefully()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data);

        server.Terminate();
        server.Terminate();

        await server.WaitForCleanExitAsync();
    }

    [Fact, Campaign]
    public async Task An_idle_server_stops_at_once_and_leaves_no_write_ahead_log()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        await server.Connect().CreateVaultAsync("photos");

        await server.StopAsync();

        var log = new FileInfo(Path.Combine(Folder.Data, "journal.db-wal"));
        Assert.False(log is { Exists: true, Length: > 0 });
    }

    private static async Task<(string Upload, HashedBody Body, Task Part)> StartPartAsync(GlacierClient client, PausingSource source)
    {
        await client.CreateVaultAsync("photos");
        var upload = await client.InitiateMultipartUploadAsync("photos", Archives.MiB);
        var body = await HashedBody.ReadAsync(source, new ByteRange(0, source.LengthBytes));
        source.PauseFrom(Archives.MiB / 2);
        var part = client.UploadPartAsync("photos", upload, 0, body);
        await source.Paused;
        return (upload, body, part);
    }

    private static async Task<bool> IsClosedAsync(ServerProcess server)
    {
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(server.EndPoint);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>A source that pauses at an offset until it is continued.</summary>
    private sealed class PausingSource(byte[] bytes) : ByteSource
    {
        private const int ChunkBytes = 64 * 1024;

        private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _continued = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _pauseFrom = long.MaxValue;

        public override long LengthBytes => bytes.Length;

        public Task Paused => _paused.Task;

        public void PauseFrom(long offsetBytes) => _pauseFrom = offsetBytes;

        public void Continue() => _continued.TrySetResult();

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
        {
            if (offsetBytes >= _pauseFrom)
            {
                _paused.TrySetResult();
                await _continued.Task.WaitAsync(cancellationToken);
            }

            var count = (int)Math.Min(Math.Min(buffer.Length, ChunkBytes), bytes.Length - offsetBytes);
            bytes.AsMemory((int)offsetBytes, count).CopyTo(buffer);
            return count;
        }
    }
}
