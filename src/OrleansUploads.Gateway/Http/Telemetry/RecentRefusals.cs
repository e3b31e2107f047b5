namespace OrleansUploads.Gateway.Http.Telemetry;

/// <summary>The last requests of known senders that this process refused. A refused request changes nothing, so it is never journaled and
/// is forgotten when the process ends.</summary>
internal sealed class RecentRefusals
{
    /// <summary>The next one replaces the oldest.</summary>
    public const int Capacity = 1_024;

    private readonly Lock _gate = new();
    private readonly RefusedRequest?[] _ring = new RefusedRequest?[Capacity];
    private int _next;

    public void Add(RefusedRequest refused)
    {
        lock (_gate)
        {
            _ring[_next] = refused;
            _next = (_next + 1) % Capacity;
        }
    }

    /// <summary>Returns the refused requests that were about an upload, the newest first.</summary>
    /// <param name="upload">Its ID is too long to occur in another subject by chance.</param>
    public IReadOnlyList<RefusedRequest> Find(UploadId upload, int max)
    {
        var id = upload.ToString();
        var found = new List<RefusedRequest>();
        lock (_gate)
        {
            for (var age = 1; age <= Capacity && found.Count < max; age++)
            {
                if (_ring[(_next - age + Capacity) % Capacity] is { } refused && refused.Subject.Contains(id, StringComparison.Ordinal))
                {
                    found.Add(refused);
                }
            }
        }

        return found;
    }
}

/// <summary>A request that was refused.</summary>
/// <param name="AccessKeyId">Null if the request needed none.</param>
/// <param name="Client">Null if it is not known.</param>
/// <param name="Subject">The vault, bucket, archive or upload that it addressed, as in the request log.</param>
internal sealed record RefusedRequest(
    DateTimeOffset At,
    string Operation,
    int Status,
    string Code,
    AccountId Account,
    string? AccessKeyId,
    string? Client,
    string Subject);
