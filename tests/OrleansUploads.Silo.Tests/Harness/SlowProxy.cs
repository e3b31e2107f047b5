using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Stands between a process and its store, and delays the answers of the store, as a long network path does.</summary>
internal sealed class SlowProxy : IAsyncDisposable
{
    private const int PieceBytes = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;
    private long _delayTicks;

    public SlowProxy(Uri server)
    {
        _server = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>How much later each byte of an answer arrives.</summary>
    public TimeSpan Delay
    {
        get => new(Volatile.Read(ref _delayTicks));
        set => Volatile.Write(ref _delayTicks, value.Ticks);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections);
        _listener.Stop();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ForwardAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(_server, ended.Token);
                var late = Channel.CreateUnbounded<(byte[] Piece, long ReceivedAt)>();
                var requests = ForwardAsync(client, server, ended.Token);
                var receiving = ReceiveAsync(server, late.Writer, ended.Token);
                var answers = SendAsync(late.Reader, client, ended.Token);
                await await Task.WhenAny(requests, answers);
                await ended.CancelAsync();
                await Task.WhenAll(requests, receiving, answers);
            }
            catch (Exception closed) when (closed is SocketException or OperationCanceledException)
            {
                // One side closed the connection, or it ends.
            }
        }
    }

    private static async Task ForwardAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[PieceBytes];
        while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var received)
        {
            await SendAsync(to, buffer.AsMemory(0, received), cancellationToken);
        }
    }

    private static async Task ReceiveAsync(
        Socket from, ChannelWriter<(byte[] Piece, long ReceivedAt)> late, CancellationToken cancellationToken)
    {
        var buffer = new byte[PieceBytes];
        try
        {
            while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var received)
            {
                late.TryWrite((buffer.AsSpan(0, received).ToArray(), Stopwatch.GetTimestamp()));
            }
        }
        finally
        {
            late.Complete();
        }
    }

    private async Task SendAsync(ChannelReader<(byte[] Piece, long ReceivedAt)> late, Socket to, CancellationToken cancellationToken)
    {
        await foreach (var (piece, receivedAt) in late.ReadAllAsync(cancellationToken))
        {
            if (Delay - Stopwatch.GetElapsedTime(receivedAt) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, cancellationToken);
            }

            await SendAsync(to, piece, cancellationToken);
        }
    }

    private static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await to.SendAsync(bytes, cancellationToken)..];
        }
    }
}
