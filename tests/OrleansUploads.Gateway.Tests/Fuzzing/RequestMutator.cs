namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Corrupts a request in up to three places.</summary>
internal sealed class RequestMutator(Dice dice, TargetMutator target, HeaderMutator headers, BodyMutator body)
{
    private static readonly string[] Methods =
        ["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "Post", "PROPFIND", "M-SEARCH", "G", "QUERY"];

    private readonly SignatureMutator _signature = new(dice);

    /// <summary>Corrupts a request in none to three places. One change in ten is made after signing.</summary>
    public FuzzRequest Mutate(FuzzRequest request)
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
        0 => valid => valid with { Method = dice.Pick(Methods) },
        1 or 2 => target.MutatePath,
        3 or 4 => target.MutateQuery,
        5 or 6 or 7 or 8 or 9 => headers.Mutate,
        10 => _signature.Mutate,
        11 => body.Reframe,
        _ => body.Mutate,
    };
}
