namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Corrupts the body of a request or its framing.</summary>
/// <param name="dice">The choices.</param>
/// <param name="documents">The language of bodies that are documents.</param>
internal sealed class BodyMutator(Dice dice, DocumentLanguage documents)
{
    private readonly DocumentMutator _document = new(dice, documents);

    public FuzzRequest Mutate(FuzzRequest request)
    {
        if (request.Body.Length == 0)
        {
            return Reframe(request);
        }

        var body = _document.Mutate(request.Body);
        var mutated = request with { Body = body };

        // With a recomputed hash the request gets past the signature check; otherwise the body looks damaged in transit.
        if (request.Header("x-amz-content-sha256") is { Length: 64 } && !dice.OneIn(4))
        {
            mutated = mutated.With("x-amz-content-sha256", Requests.LinearHashOf(body));
        }

        return request.Header("x-amz-sha256-tree-hash") is not null && dice.OneIn(3)
            ? mutated.With("x-amz-sha256-tree-hash", Requests.TreeHashOf(body))
            : mutated;
    }

    /// <summary>Frames the body in a way other than its plain length, or replaces it by a body of another size.</summary>
    public FuzzRequest Reframe(FuzzRequest request) => dice.Below(5) switch
    {
        0 or 1 => request with { Framing = new BodyFraming.Chunked(dice.Pick(1, 7, 1000, 70_000)), Body = Shortened(request.Body) },
        2 => request with { Framing = new BodyFraming.Cut(dice.Pick(1, 100, 70_000)) },
        3 => request with { Framing = new BodyFraming.OnlyAnnounced(dice.Pick("4294967297", "9223372036854775807")) },
        _ => request with { Body = dice.Bytes(dice.Pick(1, 100, 65_536, 65_537, 150_000)) },
    };

    /// <summary>Limits the body to 4 KiB, because chunks may be one byte long.</summary>
    private static byte[] Shortened(byte[] body) => body.Length > 4096 ? body[..4096] : body;
}
