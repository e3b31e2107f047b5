using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.AwsSdk.Tests.Harness;

/// <summary>Resets a connection after this many bytes in one direction. By default, it is not reset.</summary>
internal readonly record struct ConnectionFault(long? CutRequestAfter = null, long? CutResponseAfter = null);

/// <summary>Stands between a client and a server. Each connection carries one request, and meets the next planned fault.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly ConcurrentQueue<ConnectionFault> _faults = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    public CuttingProxy(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Opens a new connection for each request.</summary>
    public SocketsHttpHandler ConnectionsOfOneRequest { get; } = new() { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero };

    /// <summary>Number of connections so far.</summary>
    public int Connections => _connections.Count;

    /// <summary>Plans the faults of the next connections. Connections after them are left alone.</summary>
    public void Plan(params ConnectionFault[] faults) => Array.ForEach(faults, _faults.Enqueue);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        ConnectionsOfOneRequest.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                _connections.Add(ForwardAsync(client, _faults.TryDequeue(out var fault) ? fault : default));
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ForwardAsync(Socket client, ConnectionFault fault)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
        using (client)
        {
            client.NoDelay = true;
            client.LingerState = new LingerOption(true, 0);
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, ended.Token);
                var requests = PumpAsync(client, server, fault.CutRequestAfter, ended.Token);
                var responses = PumpAsync(server, client, fault.CutResponseAfter, ended.Token);
                await await Task.WhenAny(requests, responses);
                await ended.CancelAsync();
                await Task.WhenAll(requests, responses);
            }
            catch (Exception broken) when (broken is SocketException or OperationCanceledException or ObjectDisposedException)
            {
            }
        }
    }

    /// <summary>Returns when the sender has closed the connection, or when the connection has to be cut.</summary>
    private static async Task PumpAsync(Socket from, Socket to, long? cutAfter, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var left = cutAfter ?? long.MaxValue;
        while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var received)
        {
            for (var sent = 0; sent < Math.Min(received, left);)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, (int)Math.Min(received, left) - sent), cancellationToken);
            }

            if (received > left)
            {
                return;
            }

            left -= received;
        }
    }
}
