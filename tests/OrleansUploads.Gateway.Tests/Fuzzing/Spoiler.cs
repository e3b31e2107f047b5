namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Spoils a request in some of its places.</summary>
internal sealed class Spoiler(World world, Dice dice)
{
    private static readonly string[] Methods =
        ["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "Post", "PROPFIND", "M-SEARCH", "G", "QUERY"];

    private readonly TargetSpoiler _target = new(world, dice);
    private readonly HeaderSpoiler _headers = new(dice);
    private readonly BodySpoiler _body = new(dice);
    private readonly SignatureSpoiler _signature = new(dice);

    /// <summary>Spoils a request in none to three places, now and then only after it was signed.</summary>
    public FuzzRequest Spoil(FuzzRequest request)
    {
        for (var places = dice.Pick(0, 0, 1, 1, 1, 2, 3); places > 0; places--)
        {
            var change = Change(request);
            request = dice.OneIn(10) ? request.ThenTampered(change) : change(request);
        }

        return request;
    }

    private Func<FuzzRequest, FuzzRequest> Change(FuzzRequest request) => dice.Below(request.Body.Length > 0 ? 18 : 12) switch
    {
        0 => right => right with { Method = dice.Pick(Methods) },
        1 or 2 => _target.SpoilPath,
        3 or 4 => _target.SpoilQuery,
        5 or 6 or 7 or 8 or 9 => _headers.Spoil,
        10 => _signature.Spoil,
        11 => _body.Reframe,
        _ => _body.Spoil,
    };
}
