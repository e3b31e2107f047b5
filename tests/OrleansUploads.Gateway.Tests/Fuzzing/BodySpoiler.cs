using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Spoils the body of a request, and how it is announced.</summary>
internal sealed class BodySpoiler(Dice dice)
{
    private readonly JsonSpoiler _json = new(dice);

    public FuzzRequest Spoil(FuzzRequest request)
    {
        if (request.Body.Length == 0)
        {
            return Reframe(request);
        }

        var body = request.Body is [(byte)'{', ..] ? _json.Spoil(request.Body) : Flipped(request.Body);
        var spoiled = request with { Body = body };

        // A sender who hashes what it sends gets past the signature; one who was damaged on its way does not.
        if (request.Header("x-amz-content-sha256") is not null && !dice.OneIn(4))
        {
            spoiled = spoiled.With("x-amz-content-sha256", Requests.LinearHashOf(body));
        }

        return request.Header("x-amz-sha256-tree-hash") is not null && dice.OneIn(3)
            ? spoiled.With("x-amz-sha256-tree-hash", Requests.TreeHashOf(body))
            : spoiled;
    }

    /// <summary>Announces the body in another way than by its length.</summary>
    public FuzzRequest Reframe(FuzzRequest request) => dice.Below(5) switch
    {
        0 or 1 => request with { Framing = new BodyFraming.Chunked(dice.Pick(1, 7, 1000, 70_000)), Body = Shortened(request.Body) },
        2 => request with { Framing = new BodyFraming.Cut(dice.Pick(1, 100, 70_000)) },
        3 => request with { Framing = new BodyFraming.OnlyAnnounced(dice.Pick("4294967297", "9223372036854775807")) },
        _ => request with { Body = dice.Bytes(dice.Pick(1, 100, 65_536, 65_537, 150_000)) },
    };

    /// <summary>Chunks of one byte are for short bodies.</summary>
    private static byte[] Shortened(byte[] body) => body.Length > 4096 ? body[..4096] : body;

    private byte[] Flipped(byte[] body)
    {
        switch (dice.Below(4))
        {
            case 0 when body.Length > 1:
                return body[1..];
            case 1:
                return [.. body, 0];
            case 2:
                return [];
            default:
                byte[] flipped = [.. body];
                flipped[dice.Below(flipped.Length)] ^= (byte)(1 << dice.Below(8));
                return flipped;
        }
    }
}
