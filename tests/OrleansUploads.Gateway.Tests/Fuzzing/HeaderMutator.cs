namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Corrupts the headers of a request.</summary>
/// <param name="dice">The choices.</param>
/// <param name="known">Names of headers that mean something.</param>
internal sealed class HeaderMutator(Dice dice, IReadOnlyList<string> known)
{
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

    public FuzzRequest Mutate(FuzzRequest request)
    {
        var name = dice.OneIn(2) && request.Headers.Count > 0 ? dice.PickFrom(request.Headers).Name : dice.PickFrom(known);
        var value = request.Header(name) ?? "";
        switch (dice.Below(14))
        {
            case 0 or 1:
                return request.With(name, null);
            case 2:
                return request.Adding(name, value);
            case 3:
                return request.Adding(name, OddText.Of(dice));
            case 4:
                return request.With(name, "");
            case 5:
                return request.With(name, new string('h', dice.Pick(2000, 15_000, 17_000, 33_000, 70_000)));
            case 6:
                var many = dice.Pick(30, 95, 120, 900);
                return request with { Headers = request.Headers.AddRange(Enumerable.Range(0, many).Select(i => ($"x-many-{i}", "v"))) };
            case 7 or 8:
                var (unexpected, content) = dice.Pick(Unexpected);
                return request.Adding(unexpected, content);
            case 9:
                return request.With(name, dice.Pick(" ", "\t", "  ", "") + value + dice.Pick(" ", "\t  ", ""));
            case 10:
                return request.With(name, null).Adding(name.ToUpperInvariant(), value);
            case 11:
                return request.With(name, name.Contains("ange", StringComparison.Ordinal) ? OddText.Range(dice) : OddText.Number(dice));
            case 12 when value.Length > 0:
                return request.With(name, Mutated(value));
            default:
                return request.With(name, OddText.Of(dice));
        }
    }

    /// <summary>Replaces, removes or doubles one character.</summary>
    private string Mutated(string value)
    {
        var at = dice.Below(value.Length);
        return value[..at] + dice.Pick("", "x", "0", "é", " ", "\u0001", $"{value[at]}{value[at]}") + value[(at + 1)..];
    }
}
