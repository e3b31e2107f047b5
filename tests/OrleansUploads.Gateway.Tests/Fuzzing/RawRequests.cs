namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Bytes to send, the request at their beginning if it is known, and the number of guaranteed answers. More may follow.</summary>
internal sealed record RawRequest(byte[] Bytes, FuzzRequest? Request, int Answers = 0)
{
    public bool IsHead => Bytes.AsSpan().StartsWith("HEAD "u8);

    /// <summary>The operation that the bytes address, or null if unknown.</summary>
    public string? OperationIn(IProtocol protocol)
    {
        if (Request is not null)
        {
            return protocol.OperationOf(Request);
        }

        var line = Encoding.Latin1.GetString(Bytes.AsSpan(0, Math.Max(0, Bytes.AsSpan().IndexOf("\r\n"u8)))).Split(' ');
        return line.Length == 3 ? protocol.OperationOf(new FuzzRequest(line[0], line[1])) : null;
    }
}

/// <summary>Bytes that are not exactly one valid request, as broken clients and request smuggling send them.</summary>
internal sealed class RawRequests(IProtocol protocol, Dice dice)
{
    private static readonly string[] Lines =
    [
        "GET", "GET /", "GET / HTTP/1.0", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / HTTP/3.7", "GET / HTTP/1.1 x", "GET  / HTTP/1.1",
        " GET / HTTP/1.1", "GET /\tHTTP/1.1", "GET / http/1.1", "/ GET HTTP/1.1", "G\u0000T / HTTP/1.1", "GET /\u0000 HTTP/1.1",
        "GET /é HTTP/1.1", "OPTIONS * HTTP/1.1", "GET * HTTP/1.1", "CONNECT example.org:443 HTTP/1.1", "CONNECT / HTTP/1.1",
        "GET http://example.org/-/vaults HTTP/1.1", "GET //example.org/ HTTP/1.1", "PRI * HTTP/2.0", "", "\u0016\u0003\u0001", "SSH-2.0-x",
        "GET /-/vaults\\..\\x HTTP/1.1", "GET /-/vaults;x=1 HTTP/1.1", "GET /-/vaults#x HTTP/1.1", "GET ?limit=1 HTTP/1.1",
    ];

    private static readonly string[] Bodies =
    [
        "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "5\r\nhel\r\n0\r\n\r\n", "-1\r\n\r\n", "x\r\n\r\n", "fffffffffffffffff\r\n\r\n", "7fffffff\r\nx\r\n",
        "5;ext=1\r\nhello\r\n0\r\n\r\n", "5\nhello\n0\n\n", "0\r\nTrailer: x\r\n\r\n", "0\r\nContent-Length: 9\r\n\r\n", "1\r\nab\r\n0\r\n\r\n",
        "\r\n", "00000005\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n",
    ];

    /// <summary>Returns the next bytes to send. If timing decides whether the server carries out a request in them, that
    /// request changes nothing.</summary>
    public RawRequest Next(string host, DateTimeOffset now)
    {
        var request = FuzzSigning.Sign(protocol.Any() with { Framing = BodyFraming.Correct }, host, now);
        var harmless = FuzzSigning.Sign(Harmless() with { Framing = BodyFraming.Correct }, host, now);
        var sound = FuzzSigning.Encode(request);
        return dice.Below(9) switch
        {
            0 => new(WireText.Encode($"{dice.Pick(Lines)}\r\nHost: {host}\r\n\r\n"), null),
            1 => new(WireText.Encode($"{dice.Pick(Lines)}{dice.Pick("\n", "\r", "\r\n\r\n", "\n\n")}"), null),
            2 => new(sound[..dice.Below(sound.Length)], request),
            3 => new([.. sound, .. Junk()], request, Answers: 1),
            4 => new([.. sound, .. sound], request, Answers: 2),
            5 => new(Damaged(FuzzSigning.Encode(harmless)), null),
            6 => new(Smuggled(host, now), null),
            7 => new(dice.Bytes(dice.Pick(1, 10, 1000, 100_000)), null),
            _ => new(
                Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(FuzzSigning.Encode(harmless)).Replace(
                    "\r\n", dice.Pick("\n", "\r", " \r\n", "\r\n "), StringComparison.Ordinal)),
                harmless),
        };
    }

    /// <summary>A GET request, or an unsigned one.</summary>
    private FuzzRequest Harmless()
    {
        var request = protocol.Any();
        return request.Method == "GET" ? request : request with { Signer = null };
    }

    private byte[] Junk() => dice.OneIn(2) ? dice.Bytes(dice.Below(200)) : WireText.Encode($"{dice.Pick(Lines)}\r\n\r\n");

    /// <summary>A request with two framings, or with an invalid one.</summary>
    private byte[] Smuggled(string host, DateTimeOffset now)
    {
        var request = Harmless() with
        {
            Body = [],
            Framing = dice.OneIn(2) ? new BodyFraming.Cut(0) : new BodyFraming.Unended(),
        };
        request = dice.OneIn(2) ? request with { Method = "POST", Signer = null } : request;
        request = request.With("Transfer-Encoding", dice.Pick("chunked", "Chunked", "chunked, chunked", "gzip, chunked", "chunked, gzip", "x"));
        request = dice.OneIn(2) ? request.Adding("Transfer-Encoding", dice.Pick("chunked", "identity")) : request;
        return [.. FuzzSigning.Encode(FuzzSigning.Sign(request, host, now)), .. WireText.Encode(dice.Pick(Bodies))];
    }

    private byte[] Damaged(byte[] sound)
    {
        var head = sound.AsSpan().IndexOf("\r\n\r\n"u8);
        for (var i = dice.Below(3); i >= 0; i--)
        {
            sound[dice.Below(head)] = (byte)dice.Pick(0, 9, 10, 13, 32, 34, 37, 58, 127, 128, 255, dice.Below(256));
        }

        return sound;
    }
}
