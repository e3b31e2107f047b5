using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>The words of a protocol.</summary>
/// <param name="Headers">Names of headers that mean something.</param>
/// <param name="Parameters">Names of query parameters, right and wrong.</param>
/// <param name="Targets">Whole targets that no operation has.</param>
/// <param name="Documents">The language of bodies that are documents.</param>
/// <param name="OtherName">Returns a name or an ID that the server may know.</param>
internal sealed record Vocabulary(
    IReadOnlyList<string> Headers,
    IReadOnlyList<string> Parameters,
    IReadOnlyList<string> Targets,
    Language Documents,
    Func<string> OtherName);

internal sealed class RequestMutator
{
    private static readonly string[] Methods =
        ["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "Post", "PROPFIND", "M-SEARCH", "G", "QUERY"];

    private static readonly (string Name, string Value)[] Unexpected =
    [
        ("Expect", "100-continue"), ("Expect", "a miracle"), ("Connection", "close"), ("Connection", "Upgrade"), ("Upgrade", "websocket"),
        ("Content-Type", "text/html"), ("Content-Type", "application/json; charset=utf-16"), ("Content-Encoding", "gzip"),
        ("Accept", "text/html"), ("If-None-Match", "*"), ("If-Modified-Since", "never"), ("Cookie", "a=b"), ("TE", "trailers"),
        ("X-HTTP-Method-Override", "DELETE"), ("X-Forwarded-For", "127.0.0.1"), ("Date", "yesterday"), ("x-amz-security-token", "t"),
        ("Content-MD5", "x"), ("Trailer", "x-amz-date"), ("Transfer-Encoding", "gzip"), ("Transfer-Encoding", "chunked"),
        ("Content-Length", "0"), ("Content-Length", "-1"), ("Content-Length", "99999999999999999999"), ("Content-Length", "1,1"),
        ("User-Agent", "boto3/1.26"), ("", "nameless"), ("bad name", "x"), ("x-amz-d@te", "x"), ("Proxy-Connection", "keep-alive"),
    ];

    private readonly Dice _dice;
    private readonly Vocabulary _words;
    private readonly Mutator _mutator;
    private readonly Language _path;
    private readonly Language _query;

    public RequestMutator(Dice dice, Vocabulary words)
    {
        _dice = dice;
        _words = words;
        _mutator = new Mutator(dice);
        _path = new Language(Language.Segments, (_, segment) => $"/{OddSegment(segment)}");
        _query = new Language(Language.Parameters, (_, piece) => OddParameter(piece));
    }

    /// <summary>Corrupts a request in none to three places. One change in ten is made after signing.</summary>
    public FuzzRequest Mutate(FuzzRequest request)
    {
        for (var places = _dice.Pick(0, 0, 1, 1, 1, 2, 3); places > 0; places--)
        {
            var change = Change(request);
            request = _dice.OneIn(10) ? request.ThenTampered(change) : change(request);
        }

        return request;
    }

    private Func<FuzzRequest, FuzzRequest> Change(FuzzRequest request) => _dice.Below(request.Body.Length > 0 ? 18 : 12) switch
    {
        0 => valid => valid with { Method = _dice.Pick(Methods) },
        1 or 2 => MutatePath,
        3 or 4 => MutateQuery,
        >= 5 and <= 9 => MutateHeaders,
        10 => MutateSignature,
        11 => Reframe,
        _ => MutateBody,
    };

    private FuzzRequest MutatePath(FuzzRequest request)
    {
        var (path, query) = Split(request.Target);
        return request with { Target = _dice.OneIn(10) ? _dice.PickFrom(_words.Targets) : _mutator.Tokens(path, _path, most: 1) + query };
    }

    private FuzzRequest MutateQuery(FuzzRequest request)
    {
        var (path, query) = Split(request.Target);
        var mutated = _dice.OneIn(8) ? query + query : _mutator.Tokens(query, _query, most: 2);
        return request with { Target = path + (mutated.StartsWith('&') ? $"?{mutated[1..]}" : mutated) };
    }

    private FuzzRequest MutateHeaders(FuzzRequest request)
    {
        var name = _dice.OneIn(2) && request.Headers.Count > 0 ? _dice.PickFrom(request.Headers).Name : _dice.PickFrom(_words.Headers);
        var value = request.Header(name) ?? "";
        switch (_dice.Below(14))
        {
            case 0 or 1:
                return request.With(name, null);
            case 2:
                return request.Adding(name, _dice.OneIn(2) ? value : OddText.Of(_dice));
            case 3:
                return request.With(name, "");
            case 4:
                return request.With(name, new string('h', _dice.Pick(2000, 15_000, 17_000, 33_000, 70_000)));
            case 5:
                var many = _dice.Pick(30, 95, 120, 900);
                return request with { Headers = request.Headers.AddRange(Enumerable.Range(0, many).Select(i => ($"x-many-{i}", "v"))) };
            case 6 or 7:
                var (unexpected, content) = _dice.Pick(Unexpected);
                return request.Adding(unexpected, content);
            case 8:
                return request.With(name, _dice.Pick(" ", "\t", "  ", "") + value + _dice.Pick(" ", "\t  ", ""));
            case 9:
                return request.With(name, null).Adding(name.ToUpperInvariant(), value);
            case 10 or 11 when value.Length > 0:
                return request.With(name, _mutator.Tokens(value, Language.Header));
            case 12:
                return request.With(name, name.Contains("ange", StringComparison.Ordinal) ? OddText.Range(_dice) : OddText.Number(_dice));
            default:
                return request.With(name, OddText.Of(_dice));
        }
    }

    private FuzzRequest MutateSignature(FuzzRequest request)
    {
        const string Header = "Authorization";
        var signer = request.Signer ?? new Signer();
        return _dice.Below(9) switch
        {
            0 => request with { Signer = null },
            1 => request with { Signer = signer with { AccessKeyId = _dice.Pick("AKIANOBODY", "é", "a b", "=") } },
            2 => request with { Signer = signer with { SecretKey = "a wrong one" } },
            3 => request with { Signer = signer with { Region = _dice.Pick("eu-west-1", "x", "Mars", new string('r', 200)) } },
            4 => request with { Signer = signer with { Ahead = TimeSpan.FromMinutes(_dice.Pick(-100_000, -16, -15, 15, 16, 10_000_000)) } },
            5 => request with { Signer = signer.ForOther() },
            6 => request.With("x-amz-date", _dice.Pick(
                "", "20260301", "20260301T120000", "2026-03-01T12:00:00Z", "20261301T120000Z", "00010101T000000Z",
                "99991231T235959Z", AmzTimestamp.Format(DateTimeOffset.UnixEpoch), "20260301T120000Z,20260301T120000Z")),
            7 => request.ThenTampered(signed => signed.With(Header, OddText.Of(_dice))),
            _ => request.ThenTampered(signed => signed.With(Header, _mutator.Tokens(signed.Header(Header) ?? "", Language.Header))),
        };
    }

    private FuzzRequest MutateBody(FuzzRequest request)
    {
        if (request.Body.Length == 0)
        {
            return Reframe(request);
        }

        var body = _mutator.Document(request.Body, _words.Documents);
        var mutated = request with { Body = body };

        // With a recomputed hash the request gets past the signature check; otherwise the body looks damaged in transit.
        if (request.Header("x-amz-content-sha256") is { Length: 64 } && !_dice.OneIn(4))
        {
            mutated = mutated.With("x-amz-content-sha256", Requests.LinearHashOf(body));
        }

        return request.Header("x-amz-sha256-tree-hash") is not null && _dice.OneIn(3)
            ? mutated.With("x-amz-sha256-tree-hash", Requests.TreeHashOf(body))
            : mutated;
    }

    /// <summary>Frames the body in a way other than its plain length, or replaces it by a body of another size. Chunks may be one byte
    /// long, so a body in chunks has at most 4 KiB.</summary>
    private FuzzRequest Reframe(FuzzRequest request) => _dice.Below(5) switch
    {
        0 or 1 => request with
        {
            Framing = new BodyFraming.Chunked(_dice.Pick(1, 7, 1000, 70_000)),
            Body = request.Body[..Math.Min(4096, request.Body.Length)],
        },
        2 => request with { Framing = new BodyFraming.Cut(_dice.Pick(1, 100, 70_000)) },
        3 => request with { Framing = new BodyFraming.OnlyAnnounced(_dice.Pick("4294967297", "9223372036854775807")) },
        _ => request with { Body = _dice.Bytes(_dice.Pick(1, 100, 65_536, 65_537, 150_000)) },
    };

    private static (string Path, string Query) Split(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (target, "") : (target[..mark], target[mark..]);
    }

    private string OddSegment(string segment) => _dice.Below(6) switch
    {
        0 => new string('v', _dice.Pick(255, 256, 3000, 7900, 9000, 70_000)),
        1 => Escaped(segment.TrimStart('/')),
        2 => segment.TrimStart('/').ToUpperInvariant(),
        3 => _words.OtherName(),
        _ => OddName(),
    };

    private string OddParameter(string piece) => (piece.StartsWith('=') ? 5 + _dice.Below(4) : _dice.Below(5)) switch
    {
        0 => new string('&', _dice.Pick(1, 50, 2000)),
        1 => _dice.Pick("?", "%3D", "=", "#"),
        < 5 => $"&{_dice.PickFrom(_words.Parameters)}{_dice.Pick("=", "=", "=", "", "==")}{OddValue()}",
        5 => $"={_words.OtherName()}",
        _ => $"={OddValue()}",
    };

    private string OddValue() => _dice.Below(4) switch
    {
        0 => OddText.Number(_dice).Replace(" ", "%20", StringComparison.Ordinal),
        1 => _dice.Pick("%", "%4", "%GG", "%00", "%ff", "%ED%A0%80", "%u0041", "+", "%2B", "%26", "%0d%0a", new string('%', 500)),
        2 => _words.OtherName(),
        _ => OddName(),
    };

    /// <summary>Returns mostly text that may be in a target, sometimes text that makes the request invalid HTTP.</summary>
    private string OddName()
    {
        var text = OddText.Of(_dice);
        return _dice.OneIn(4) ? text : string.Concat(WireText.Encode(text).Select(value =>
            value is > 0x20 and < 0x7F and not (byte)'?' and not (byte)'#' ? ((char)value).ToString() : $"%{value:x2}"));
    }

    /// <summary>Escapes some characters once, and some of them twice.</summary>
    private string Escaped(string segment) => string.Concat(segment.Select(letter =>
        _dice.OneIn(2) ? $"%{(int)letter & 0xFF:X2}" : _dice.OneIn(4) ? $"%25{(int)letter & 0xFF:x2}" : letter.ToString()));
}
