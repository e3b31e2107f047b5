using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>A TCP connection on which a test controls every byte.</summary>
public sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private NetworkStream _stream = null!;
    private BufferedStream _received = null!;

    public static async Task<RawConnection> OpenAsync(IPEndPoint server)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(server);
        connection._stream = connection._client.GetStream();
        connection._received = new BufferedStream(connection._stream);
        return connection;
    }

    public async Task SendHeadAsync(ApiRequest request, IEnumerable<(string Name, string Value)> headers)
    {
        var head = new StringBuilder($"{request.Method} {request.Target} HTTP/1.1\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        await SendAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()));
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    /// <summary>Closes the sending side of the connection.</summary>
    public void EndSending() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Resets the connection (TCP RST).</summary>
    public void Reset()
    {
        _client.Client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    /// <summary>Reads the next answer, which may be an interim one (1xx).</summary>
    public async Task<ApiAnswer> ReadAsync(bool hasBody = true)
    {
        var lines = (await ReadHeadAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var body = new byte[hasBody && headers.TryGetValue("Content-Length", out var length)
            ? long.Parse(length, CultureInfo.InvariantCulture)
            : 0];
        await _received.ReadExactlyAsync(body);
        return new ApiAnswer(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, body);
    }

    /// <summary>Reads until the server closes or resets the connection.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        try
        {
            await _received.CopyToAsync(all);
        }
        catch (IOException)
        {
        }

        return all.ToArray();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        var nextByte = new byte[1];
        while (head.Length < 4 || head.ToString(head.Length - 4, 4) != "\r\n\r\n")
        {
            await _received.ReadExactlyAsync(nextByte);
            head.Append((char)nextByte[0]);
        }

        return head.ToString();
    }
}
