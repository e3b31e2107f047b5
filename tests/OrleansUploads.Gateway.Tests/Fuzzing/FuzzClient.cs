namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Sends one request after the other and keeps the connection while it is reusable.</summary>
internal sealed class FuzzClient(FuzzServer server) : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(1);

    /// <summary>The server may stop reading a longer chunked body and close the connection.</summary>
    private const int MaxChunkedBytes = 64 * 1024;

    private RawConnection? _connection;

    /// <summary>Sends an encoded request. Client and server agree on where it ends only if it is unambiguous HTTP.</summary>
    /// <returns>The answer, or none if the server closed the connection without one.</returns>
    public async Task<IReadOnlyList<ApiAnswer>> SendAsync(FuzzRequest request, byte[] bytes, bool isSound)
    {
        var connection = _connection ?? await RawConnection.OpenAsync(server.Gateway.EndPoint);
        _connection = null;
        await SendAsync(connection, bytes, request.Framing.EndsEarly);
        var answer = await ReadAsync(connection, hasBody: request.Method != "HEAD");
        var isReusable = isSound && request.Framing.IsReusable
            && (bytes.Length < MaxChunkedBytes || request.Framing is not BodyFraming.Chunked);
        if (answer is not null && isReusable && answer.Header("Connection") != "close")
        {
            _connection = connection;
        }
        else
        {
            connection.Reset();
        }

        return answer is null ? [] : [answer];
    }

    /// <summary>Sends bytes on a new connection, waits for the guaranteed answers, closes the sending side, and reads any
    /// further answers.</summary>
    public async Task<IReadOnlyList<ApiAnswer>> SendRawAsync(RawRequest raw)
    {
        await using var connection = await RawConnection.OpenAsync(server.Gateway.EndPoint);
        await SendAsync(connection, raw.Bytes, endSending: raw.Answers == 0);
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

    /// <summary>Sends bytes. The server may answer and close the connection before it has read all of them.</summary>
    private static async Task SendAsync(RawConnection connection, byte[] bytes, bool endSending)
    {
        try
        {
            await connection.SendAsync(bytes);
            if (endSending)
            {
                connection.EndSending();
            }
        }
        catch (Exception closed) when (closed is IOException or System.Net.Sockets.SocketException)
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
                answer = await connection.ReadAsync(hasBody).WaitAsync(AnswerTimeout);
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
