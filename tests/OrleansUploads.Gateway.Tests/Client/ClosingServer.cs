using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>A server that answers one request a connection and closes it.</summary>
internal sealed class ClosingServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;
    private int _requests;

    /// <summary>Starts the server.</summary>
    /// <param name="answers">The responses in order, empty for none. Later requests get none.</param>
    public ClosingServer(params string[] answers)
    {
        _listener.Start();
        _serving = ServeAsync(answers);
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>The number of requests so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _serving);
        _listener.Stop();
        _stopping.Dispose();
    }

    private async Task ServeAsync(string[] answers)
    {
        while (true)
        {
            using var connection = await _listener.AcceptSocketAsync(_stopping.Token);
            await connection.ReceiveAsync(new byte[4096]);
            if (Interlocked.Increment(ref _requests) <= answers.Length)
            {
                await connection.SendAsync(Encoding.ASCII.GetBytes(answers[_requests - 1]));
            }

            connection.Shutdown(SocketShutdown.Both);
        }
    }
}
