namespace OrleansUploads.Client.Transfers;

/// <summary>Hands out grants of the parts that this node is to write. Asks for as many as it writes in a few seconds, and towards the end for
/// fewer, so that nodes that share an upload take different parts and end at the same time.</summary>
/// <remarks>The server grants the first of the offered parts that no other node has or writes. So those before the last grant are taken, and
/// the next offer begins after it.</remarks>
/// <param name="client">Asks the server.</param>
/// <param name="vault">The vault name.</param>
/// <param name="uploadId">The upload ID.</param>
/// <param name="missing">The parts that the upload is not known to have.</param>
/// <param name="first">How many grants to ask for first: one for each writer.</param>
/// <param name="insists">Whether to ask also for parts that other nodes are to write.</param>
internal sealed class DirectGrants(
    GlacierClient client, string vault, string uploadId, IReadOnlyList<ByteRange> missing, int first, bool insists)
    : IDisposable
{
    /// <summary>How many parts to offer for each grant. More are offered when other nodes have taken all of these.</summary>
    private const int OfferedPerGrant = 16;

    /// <summary>In how many calls a node asks for its share of the parts that are left. More calls divide them more evenly, and each costs the
    /// server a read of the upload.</summary>
    private const int CallsForShare = 3;

    /// <summary>If grants are used up sooner, more are asked for the next time.</summary>
    private static readonly TimeSpan ShortestUse = TimeSpan.FromSeconds(2);

    /// <summary>If they last longer, fewer are asked for: after 30 seconds, other nodes may be granted the same parts.</summary>
    private static readonly TimeSpan LongestUse = TimeSpan.FromSeconds(8);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Queue<DirectGrant> _granted = new();
    private readonly int _fewest = first;
    private int _next;
    private int _grantedCount;
    private int _wanted = first;
    private int _offered = OfferedPerGrant * first;
    private long? _grantedAt;

    /// <summary>Takes the next grant, or null if no part is left that no other node is writing, or the upload has ended.</summary>
    public async Task<DirectGrant?> TakeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (_granted.Count == 0 && _next < missing.Count)
            {
                await AskAsync(cancellationToken).ConfigureAwait(false);
            }

            return _granted.TryDequeue(out var grant) ? grant : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        AdaptWanted();
        var wanted = Math.Clamp((int)(ShareOfLeft() / CallsForShare), Math.Min(_fewest, _wanted), _wanted);
        ByteRange[] offer = [.. missing.Skip(_next).Take(insists ? wanted : Math.Min(_offered, GlacierClient.MaxCandidatesInCall))];
        try
        {
            var grants = await client.GrantWritesAsync(vault, uploadId, offer, insists ? null : wanted, cancellationToken)
                .ConfigureAwait(false);
            _grantedAt = grants.Count > 0 ? client.Transport.TimeProvider.GetTimestamp() : null;
            foreach (var grant in grants)
            {
                _granted.Enqueue(grant);
            }

            _grantedCount += grants.Count;

            var taken = grants.Count < wanted ? offer.Length : 1 + Array.FindLastIndex(offer, part => part == grants[^1].Range);
            _next += Math.Max(taken, 1);
            _offered = grants.Count == 0 ? 2 * offer.Length : _offered;
        }
        catch (GlacierException ended) when (ended.Code == GlacierErrorCodes.ResourceNotFound)
        {
            _next = missing.Count;
        }
    }

    /// <summary>The parts that are left, divided by the number of nodes: this one got about its share of those before.</summary>
    private double ShareOfLeft() => _next == 0 ? 0 : (double)(missing.Count - _next) * _grantedCount / _next;

    private void AdaptWanted()
    {
        if (_grantedAt is { } since)
        {
            var used = client.Transport.TimeProvider.GetElapsedTime(since);
            _wanted = used < ShortestUse ? Math.Min(2 * _wanted, GlacierClient.MaxPartsInCall)
                : used > LongestUse ? Math.Max(_wanted / 2, 1)
                : _wanted;
            _offered = Math.Max(_offered, OfferedPerGrant * _wanted);
        }
    }
}
