using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Sends one request after the other, on the same connection for as long as that is good.</summary>
internal sealed class FuzzClient(FuzzServer server) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>A chunked body that is longer need not be read to its end, and then the connection is cut without a
    /// word.</summary>
    private const int MostChunkedBytes = 64 * 1024;

    private RawConnection? _connection;

    /// <summary>Sends a request.</summary>
    /// <param name="request">What it is, signed.</param>
    /// <param name="bytes">The same as bytes.</param>
    /// <param name="isSound">Whether client and server are sure to agree where it ends.</param>
    /// <returns>The answer; null where the server hung up without one.</returns>
    public async Task<ApiAnswer?> SendAsync(FuzzRequest request, byte[] bytes, bool isSound)
    {
        var connection = _connection ?? await RawConnection.OpenAsync(server.Gateway.EndPoint);
        _connection = null;
        await SendAsync(connection, bytes, request.Framing.EndsEarly);
        var answer = await ReadAsync(connection, hasBody: request.Method != "HEAD");
        var isReusable = isSound && request.Framing.IsReusable
            && (bytes.Length < MostChunkedBytes || request.Framing is not BodyFraming.Chunked);
        if (answer is not null && isReusable && answer.Header("Connection") != "close")
        {
            _connection = connection;
        }
        else
        {
            connection.Reset();
        }

        return answer;
    }

    /// <summary>Sends bytes on a connection of their own, waits for the answers that are sure to come, says that nothing more
    /// will be sent, and reads what other answers there are.</summary>
    public async Task<IReadOnlyList<ApiAnswer>> SendRawAsync(RawRequest raw)
    {
        await using var connection = await RawConnection.OpenAsync(server.Gateway.EndPoint);
        await SendAsync(connection, raw.Bytes, thenEnd: raw.Answers == 0);
        var answers = new List<ApiAnswer>();
        while (await ReadAsync(connection, hasBody: !raw.IsHead) is { } answer)
        {
            answers.Add(answer);
            if (answers.Count == raw.Answers)
            {
                connection.EndSending();
            }
        }

        return answers;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    /// <summary>A server that has made up its mind need not read the rest.</summary>
    private static async Task SendAsync(RawConnection connection, byte[] bytes, bool thenEnd)
    {
        try
        {
            await connection.SendAsync(bytes);
            if (thenEnd)
            {
                connection.EndSending();
            }
        }
        catch (Exception hungUp) when (hungUp is IOException or System.Net.Sockets.SocketException)
        {
        }
    }

    private static async Task<ApiAnswer?> ReadAsync(RawConnection connection, bool hasBody)
    {
        try
        {
            ApiAnswer answer;
            do
            {
                answer = await connection.ReadAsync(hasBody).WaitAsync(Patience);
            }
            while (answer.Status < 200);
            return answer;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
