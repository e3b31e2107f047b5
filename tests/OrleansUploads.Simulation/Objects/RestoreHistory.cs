namespace OrleansUploads.Simulation.Objects;

/// <summary>Everything that clients asked and were told about the restores of one archived key. Each content of the key has restores of
/// its own.</summary>
internal sealed class RestoreHistory(TimeSpan delay, TimeSpan skew)
{
    public const int MaxDays = 3;

    private readonly List<RestoreRequest> _requests = [];

    public RestoreRequest Ask(DateTimeOffset at)
    {
        var request = new RestoreRequest { AskedAt = at };
        _requests.Add(request);
        return request;
    }

    public void Refused(RestoreRequest request) => _requests.Remove(request);

    /// <summary>Why an answer is not possible, or null if it is.</summary>
    public string? Judge(int value, RestoreStatus? status, DateTimeOffset from, DateTimeOffset to)
    {
        var possible = _requests.Where(request => request.AskedAt <= to && (request.Value ?? value) == value).ToList();
        var certain = possible.Where(request =>
            request.Value == value && request.AnsweredAt <= from && request.AskedAt + TimeSpan.FromDays(1) > to + skew).ToList();
        return status switch
        {
            null when certain.Count > 0 => "a restore was accepted, and is forgotten before its days are over",
            null => null,
            _ when possible.Count == 0 => "no client has asked for a restore",
            { ReadableUntil: null } when certain.Exists(request => request.AnsweredAt + delay + skew + skew < from) =>
                "a restore takes longer than its tier",
            { ReadableUntil: null } => null,
            _ when !possible.Exists(request => request.AskedAt + delay <= to + skew + skew) => "a restore is ready before its tier is",
            { ReadableUntil: { } until } when until <= from - skew => $"a restore lasts beyond its end at {until:O}",
            { ReadableUntil: { } until } when until > to + delay + skew + TimeSpan.FromDays(MaxDays + 1) =>
                $"a restore lasts longer than any was asked for: until {until:O}",
            _ => null,
        };
    }
}

internal sealed class RestoreRequest
{
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>When it was accepted; later than any time if this is unknown.</summary>
    public DateTimeOffset AnsweredAt { get; set; } = DateTimeOffset.MaxValue;

    public int? Value { get; set; }
}
