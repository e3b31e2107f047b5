using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Stands between a process and its store, and delays what the store answers.</summary>
internal sealed class SlowProxy : IAsyncDisposable
{
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

    /// <summary>How much later each piece of an answer arrives.</summary>
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
                var directions = new[] { PumpAsync(client, server, isAnswer: false, ended.Token), PumpAsync(server, client, isAnswer: true, ended.Token) };
                await await Task.WhenAny(directions);
                await ended.CancelAsync();
                await Task.WhenAll(directions);
            }
            catch (Exception closed) when (closed is SocketException or OperationCanceledException)
            {
                // One side closed the connection, or it ends.
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool isAnswer, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var received)
        {
            if (isAnswer && Delay > TimeSpan.Zero)
            {
                await Task.Delay(Delay, cancellationToken);
            }

            for (var sent = 0; sent < received;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, received - sent), cancellationToken);
            }
        }
    }
}
