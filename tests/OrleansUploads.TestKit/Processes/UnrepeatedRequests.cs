using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.TestKit.Processes;

/// <summary>Creates handlers of HTTP clients that send each request at most once.</summary>
/// <remarks>.NET's HTTP client repeats a request without a body, unseen, if its connection ends before the response begins: on a connection
/// of its own, too. A judge that does not know of the repetition takes the answer to it for the answer to the only request. .NET does not
/// repeat a request whose connection fails, so here the end of a connection is read as a failure.</remarks>
public static class UnrepeatedRequests
{
    /// <summary>Creates a handler.</summary>
    /// <param name="choose">Chooses the server of a connection, or null to connect to the address of the request.</param>
    public static SocketsHttpHandler CreateHandler(Func<IPEndPoint>? choose = null) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(choose?.Invoke() ?? (EndPoint)context.DnsEndPoint, cancellationToken);
                return new UnendingStream(socket);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    /// <summary>A connection. Its end is read as a failure.</summary>
    private sealed class UnendingStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            return read > 0 || buffer.IsEmpty ? read : throw new IOException("The server has closed the connection.");
        }
    }
}
