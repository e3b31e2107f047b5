using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>A proxy in front of a server that answers some requests itself. Each connection takes one request.</summary>
internal sealed class AnsweringProxy : IAsyncDisposable
{
    private const string EndOfLine = "\r\n";
    private const string EndOfHead = EndOfLine + EndOfLine;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _server;
    private readonly Func<string, string?> _answer;
    private readonly Func<string, string> _change;
    private readonly Task _serving;

    /// <param name="server">The server.</param>
    /// <param name="answer">Takes the head of a request, and returns the complete response, or null to forward the request.</param>
    /// <param name="change">Changes the head of a forwarded request.</param>
    public AnsweringProxy(Uri server, Func<string, string?>? answer = null, Func<string, string>? change = null)
    {
        (_server, _answer, _change) = (server, answer ?? (static _ => null), change ?? (static head => head));
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>An answer with a page, as proxies send.</summary>
    public static string Page(string status, string text, string headers = "") =>
        $"HTTP/1.1 {status}\r\n{headers}Content-Type: text/html\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                var (head, rest) = await ReadHeadAsync(stream);
                if (_answer(head) is { } answer)
                {
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), _stop.Token);
                    client.Client.Shutdown(SocketShutdown.Send);

                    // Closing with unread bytes would take the answer back.
                    await stream.CopyToAsync(Stream.Null, _stop.Token);
                    return;
                }

                using var server = new TcpClient();
                await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
                var upstream = server.GetStream();
                var changed = _change(head).Replace(EndOfHead, $"{EndOfLine}Connection: close{EndOfHead}", StringComparison.Ordinal);
                await upstream.WriteAsync(Encoding.Latin1.GetBytes(changed), _stop.Token);
                await upstream.WriteAsync(rest, _stop.Token);
                var sending = stream.CopyToAsync(upstream, _stop.Token);
                await upstream.CopyToAsync(stream, _stop.Token);
                client.Client.Shutdown(SocketShutdown.Send);
                await sending;
            }
        }
        catch (Exception closed) when (closed is IOException or SocketException or OperationCanceledException)
        {
            // The other side has closed, or the test has ended.
        }
    }

    private async Task<(string Head, byte[] Body)> ReadHeadAsync(NetworkStream stream)
    {
        var read = new List<byte>();
        var buffer = new byte[4096];
        while (true)
        {
            var count = await stream.ReadAsync(buffer, _stop.Token);
            if (count == 0)
            {
                throw new EndOfStreamException();
            }

            read.AddRange(buffer.AsSpan(0, count));
            var text = Encoding.Latin1.GetString([.. read]);
            if (text.IndexOf(EndOfHead, StringComparison.Ordinal) is >= 0 and var end)
            {
                end += EndOfHead.Length;
                return (text[..end], [.. read.Skip(end)]);
            }
        }
    }
}
